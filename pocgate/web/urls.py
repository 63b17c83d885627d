"""Pages."""

from django.urls import URLPattern, URLResolver, path

from pocgate.web.views import administration, assessors, case, home, inbox, matrix, own, portfolio, search, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("search/", search.search, name="search"),
    path("portfolio/", portfolio.table, name="table"),
    path("portfolio/export.csv", portfolio.export, {"kind": "csv"}, name="table_csv"),
    path("portfolio/export.xlsx", portfolio.export, {"kind": "xlsx"}, name="table_xlsx"),
    path("portfolio/findings/", portfolio.findings, name="findings"),
    path("portfolio/board/", portfolio.board, name="board"),
    path("portfolio/matrix/", matrix.matrix, name="matrix"),
    path("portfolio/matrix/assessors/", assessors.assessors, name="assessors"),
    path("cases/<str:reference>/", case.overview, name="case"),
    path("cases/<str:reference>/live/", case.live, name="case_live"),
    path("cases/<str:reference>/activity/", case.activity, name="case_activity"),
    path("notifications/", inbox.notifications, name="notifications"),
    path("notifications/read/", inbox.read_all, name="notifications_read"),
    path("notifications/<int:notification_id>/", inbox.open_notification, name="notification_open"),
    path("mail/", inbox.mail, name="mail"),
    path("preferences/", own.preferences, name="preferences"),
    path("preferences/password/", own.password, name="password"),
    path("preferences/theme/", session.theme, name="theme"),
    path("tokens/", own.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", own.revoke, name="token_revoke"),
    path("administration/", administration.administration, name="administration"),
    path("administration/people/new/", administration.new_person, name="new_person"),
    path("administration/people/<int:user_id>/grant/", administration.grant, name="role_grant"),
    path("administration/people/<int:user_id>/revoke/", administration.revoke, name="role_revoke"),
    path("administration/people/<int:user_id>/active/", administration.activate, name="person_active"),
    path("administration/jobs/<int:job_id>/retry/", administration.retry_job, name="job_retry"),
]
