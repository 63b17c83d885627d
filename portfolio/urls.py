"""Addresses of the portfolio app's pages."""

from django.urls import URLPattern, URLResolver, include, path

from portfolio.web import cases, costs, evidence, imports, kpis, records, register, team, tiering

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
case_urls: list[URLPattern | URLResolver] = [
    path("edit/", cases.edit, name="edit"),
    path("edit/facts/", cases.edit_facts, name="edit_facts"),
    path("edit/business-case/", cases.edit_business, name="edit_business"),
    path("edit/scope/", cases.edit_scope, name="edit_scope"),
    path("edit/stage/", cases.identify_stage, name="identify_stage"),
    path("kpis/", kpis.kpis, name="kpis"),
    path("kpis/new/", kpis.kpi_new, name="kpi_new"),
    path("kpis/<slug:key>/view/", kpis.kpi, name="kpi"),
    path("kpis/<slug:key>/edit/", kpis.kpi_edit, name="kpi_edit"),
    path("kpis/<slug:key>/retire/", kpis.kpi_retire, name="kpi_retire"),
    path("kpis/<slug:key>/thresholds/", kpis.threshold_set, name="threshold_set"),
    path("kpis/<slug:key>/readings/", kpis.reading_new, name="reading_new"),
    path("kpis/<slug:key>/readings/<int:reading_id>/", kpis.reading_correct, name="reading_correct"),
    path("cost/", costs.cost, name="cost"),
    path("cost/plan/", costs.plan, name="cost_plan"),
    path("cost/plan/<int:plan_id>/agree/", costs.plan_agree, name="plan_agree"),
    path("cost/<int:entry_id>/", costs.cost_correct, name="cost_correct"),
    path("use/", records.use, name="use"),
    path("use/releases/new/", records.release_new, name="release_new"),
    path("use/<slug:kind>/new/", records.record_new, name="record_new"),
    path("use/<slug:kind>/<int:record_id>/", records.record_correct, name="record_correct"),
    path("use/<slug:kind>/<int:record_id>/<slug:act>/", records.record_act, name="record_act"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/<int:evidence_id>/revise/", evidence.evidence_revise, name="evidence_revise"),
    path("evidence/<int:evidence_id>/withdraw/", evidence.evidence_withdraw, name="evidence_withdraw"),
    path("evidence/<int:evidence_id>/<int:number>/", evidence.evidence_file, name="evidence_file"),
    path("tier/", tiering.tier, name="tier"),
    path("tier/ruling/", tiering.ruling, name="tier_ruling"),
    path("team/", team.team, name="team"),
    path("team/accept/", team.accept, name="accept"),
    path("team/owner/", team.owner_change, name="owner_change"),
    path("team/<int:member_id>/confirm/", team.member_confirm, name="member_confirm"),
    path("team/<int:member_id>/end/", team.member_end, name="member_end"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    *import_urls,
    *register_urls,
    path("cases/<str:reference>/", include(case_urls)),
]
