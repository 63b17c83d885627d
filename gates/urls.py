"""Addresses of the gates app's pages."""

from django.urls import URLPattern, URLResolver, path

from gates.web import case_reviews, committees, compliance, decisions, room, steering

app_name = "gates"
room_urls: list[URLPattern | URLResolver] = [
    path("reviews/<int:review_id>/", room.room, name="room"),
    path("reviews/<int:review_id>/live/", room.live, name="room_live"),
    path("reviews/<int:review_id>/vote/", room.vote, name="vote"),
    path("reviews/<int:review_id>/stand-back/", room.stand_back, name="recuse"),
    path("reviews/<int:review_id>/open/", room.opening, name="open"),
    path("reviews/<int:review_id>/close/", room.closing, name="close"),
    path("reviews/<int:review_id>/withdraw/", room.withdrawal, name="withdraw"),
    path("reviews/<int:review_id>/decide/", room.deciding, name="decide"),
    path("reviews/<int:review_id>/dossiers/<int:revision>/", decisions.dossier, name="dossier"),
]
case_urls: list[URLPattern | URLResolver] = [
    path("cases/<str:reference>/reviews/", case_reviews.case_reviews, name="case_reviews"),
    path("cases/<str:reference>/reviews/request/", case_reviews.ask, name="request"),
    path("cases/<str:reference>/reviews/stop/", case_reviews.propose_stop, name="propose_stop"),
    path("cases/<str:reference>/reviews/resume/", steering.resume, name="resume"),
    path("cases/<str:reference>/reviews/extend/", steering.extend, name="extend"),
    path("conditions/<int:condition_id>/clear/", case_reviews.clear, name="clear_condition"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    *room_urls,
    *case_urls,
    path("compliance/", compliance.desk, name="desk"),
    path("compliance/<str:reference>/", compliance.checklist, name="checklist"),
    path("compliance/<str:reference>/<slug:criterion>/", compliance.sign, name="sign"),
    path("decisions/", decisions.register, name="decisions"),
    path("decisions/<str:reference>/", decisions.decision, name="decision"),
    path("committees/", committees.committees, name="committees"),
    path("committees/new/", committees.create, name="committee_new"),
    path("committees/<int:committee_id>/seats/", committees.seat, name="seat_new"),
    path("committees/<int:committee_id>/dissolve/", committees.dissolve, name="committee_dissolve"),
    path("seats/<int:seat_id>/end/", committees.seat_end, name="seat_end"),
]
