"""Pages."""

from django.urls import URLPattern, URLResolver, path

from pocgate.web.views import case, home, portfolio, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("preferences/theme/", session.theme, name="theme"),
    path("portfolio/board/", portfolio.board, name="board"),
    path("portfolio/", portfolio.table, name="table"),
    path("portfolio/export.csv", portfolio.export, {"kind": "csv"}, name="table_csv"),
    path("portfolio/export.xlsx", portfolio.export, {"kind": "xlsx"}, name="table_xlsx"),
    path("search/", home.home, name="search"),
    path("notifications/", home.home, name="notifications"),
    path("mail/", home.home, name="mail"),
    path("preferences/", home.home, name="preferences"),
    path("administration/", home.home, name="administration"),
    path("tokens/", home.home, name="tokens"),
    path("cases/<str:reference>/", case.overview, name="case"),
    path("cases/<str:reference>/live/", case.live, name="case_live"),
    path("cases/<str:reference>/activity/", case.activity, name="case_activity"),
]
