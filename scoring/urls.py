"""Addresses of the scoring app's pages."""

from django.urls import URLPattern, URLResolver, path

from scoring.web import playbook, readiness, scorecard

app_name = "scoring"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<str:reference>/readiness/", readiness.readiness, name="readiness"),
    path("cases/<str:reference>/readiness/live/", readiness.live, name="readiness_live"),
    path("cases/<str:reference>/readiness/<slug:criterion>/answer/", readiness.answer, name="answer"),
    path("cases/<str:reference>/readiness/<slug:criterion>/evidence/", readiness.evidence, name="link_evidence"),
    path("cases/<str:reference>/readiness/<slug:criterion>/verify/", readiness.verify, name="verify"),
    path("cases/<str:reference>/scorecard/", scorecard.scorecard, name="scorecard"),
    path("playbook/", playbook.playbook, name="playbook"),
    path("playbook/playbook.yaml", playbook.download, name="playbook_download"),
    path("playbook/<int:version>/playbook.yaml", playbook.download, name="playbook_version"),
]
