"""Addresses of the portfolio app's pages."""

from django.urls import URLPattern, URLResolver, path

from portfolio.web import imports

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
urlpatterns: list[URLPattern | URLResolver] = [*import_urls]
