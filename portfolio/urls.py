"""Addresses of the portfolio app's pages."""

from django.urls import URLPattern, URLResolver, path

from portfolio.web import imports, register

app_name = "portfolio"
import_urls: list[URLPattern | URLResolver] = [
    path("imports/", imports.import_list, name="imports"),
    path("imports/<int:run_id>/", imports.import_run, name="import_run"),
    path("imports/<int:run_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:run_id>/reading/", imports.import_reading, name="import_reading"),
    path("imports/<int:run_id>/mapping/", imports.import_mapping, name="import_mapping"),
    path("imports/<int:run_id>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<int:run_id>/recheck/", imports.import_recheck, name="import_recheck"),
    path("imports/mappings/<int:mapping_id>/delete/", imports.mapping_delete, name="mapping_delete"),
]
register_urls: list[URLPattern | URLResolver] = [
    path("register/", register.register, name="register"),
    path("register/similar/", register.similar, name="similar"),
    path("register/<str:reference>/", register.register_resume, name="register_resume"),
    path("register/<str:reference>/<int:step>/", register.register_step, name="register_step"),
    path("register/<str:reference>/hand-in/", register.register_review, name="register_review"),
    path("register/<str:reference>/archive/", register.archive, name="archive"),
    path("register/<str:reference>/unarchive/", register.unarchive, name="unarchive"),
]
urlpatterns: list[URLPattern | URLResolver] = [*import_urls, *register_urls]
