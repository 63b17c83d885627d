"""Addresses of the scoring app's pages."""

from django.urls import URLPattern, URLResolver, path

from scoring.web import costs, drafts, effects, explained, findings, playbook, readiness, scorecard, waivers

app_name = "scoring"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<str:reference>/readiness/", readiness.readiness, name="readiness"),
    path("cases/<str:reference>/readiness/live/", readiness.live, name="readiness_live"),
    path("cases/<str:reference>/readiness/explained/", explained.explained, name="readiness_explained"),
    path("cases/<str:reference>/waivers/", waivers.waivers, name="waivers"),
    path("cases/<str:reference>/waivers/ask/", waivers.ask, name="ask_waiver"),
    path("cases/<str:reference>/waivers/<int:waiver_id>/sign/", waivers.sign, name="sign_waiver"),
    path("cases/<str:reference>/waivers/<int:waiver_id>/end/", waivers.end, name="end_waiver"),
    path("cases/<str:reference>/readiness/<slug:criterion>/answer/", readiness.answer, name="answer"),
    path("cases/<str:reference>/readiness/<slug:criterion>/evidence/", readiness.evidence, name="link_evidence"),
    path("cases/<str:reference>/readiness/<slug:criterion>/verify/", readiness.verify, name="verify"),
    path("cases/<str:reference>/scorecard/", scorecard.scorecard, name="scorecard"),
    path("cases/<str:reference>/findings/", findings.findings, name="findings"),
    path("cases/<str:reference>/findings/<slug:detector>/answer/", findings.answer, name="answer_finding"),
    path("cases/<str:reference>/cost/notices/<int:notice_id>/justify/", costs.justify, name="justify_cost"),
    path("playbook/", playbook.playbook, name="playbook"),
    path("playbook/playbook.yaml", playbook.download, name="playbook_download"),
    path("playbook/drafts/", drafts.begin, name="draft_begin"),
    path("playbook/drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("playbook/drafts/<int:draft_id>/check/", drafts.check, name="draft_check"),
    path("playbook/drafts/<int:draft_id>/difference/", drafts.difference, name="draft_difference"),
    path("playbook/drafts/<int:draft_id>/carry-on/", drafts.carry_on, name="draft_carry_on"),
    path("playbook/drafts/<int:draft_id>/effect/", effects.effect, name="draft_effect"),
    path("playbook/drafts/<int:draft_id>/effect/progress/", effects.progress, name="draft_progress"),
    path("playbook/drafts/<int:draft_id>/publish/", drafts.publish, name="draft_publish"),
    path("playbook/drafts/<int:draft_id>/discard/", drafts.discard, name="draft_discard"),
    path("playbook/drafts/<int:draft_id>/playbook.yaml", drafts.download, name="draft_download"),
    path("playbook/<int:version>/playbook.yaml", playbook.download, name="playbook_version"),
]
