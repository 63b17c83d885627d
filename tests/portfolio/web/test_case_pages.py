"""The pages of a case: who may see them, what their forms write, what they refuse."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import (
    BusinessCase,
    CaseFact,
    CostEntry,
    CostPlan,
    EvidenceRevision,
    Kpi,
    KpiDefinition,
    KpiReading,
    KpiThreshold,
    ScopeItem,
    StageSpell,
    TeamMember,
    UseCase,
)
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import CostPlanFactory, KpiFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the paper"
TABS = ["kpis", "cost", "evidence", "team"]
READING = {"value": "52.5", "observed_from": "2024-03-01", "observed_to": "2024-03-07", "sample_size": "120"}
COST = {
    "line": "people",
    "amount": "1200.50",
    "state": "actual",
    "recurrence": "recurring",
    "period_start": "2024-03-01",
    "last_day": "2024-03-31",
}
DEFINITION = {
    "name": "Share",
    "unit": "%",
    "direction": "higher",
    "baseline": "40",
    "target": "60",
    "cadence_days": "7",
    "label_delay_days": "0",
    "warm_up_days": "0",
    "min_samples": "50",
}


@pytest.fixture
def case() -> UseCase:
    return UseCaseFactory(with_spell=True)


@pytest.fixture
def owner(client: Client, case: UseCase) -> User:
    person = TeamMemberFactory(case=case).user
    client.force_login(person)
    return person


def _at(name: str, case: UseCase, *args: object) -> str:
    return reverse(f"portfolio:{name}", args=[case.reference, *args])


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    ("role", "status"),
    [("auditor", 200), ("committee", 200), ("chair", 200), ("compliance", 200), ("sponsor", 200), ("admin", 200)],
)
def test_tab_by_role(client: Client, case: UseCase, tab: str, role: str, status: int) -> None:
    KpiFactory(case=case)
    client.force_login(RoleGrantFactory(role=role).user)

    assert client.get(_at(tab, case)).status_code == status


@pytest.mark.parametrize("tab", [*TABS, "edit"])
def test_tab_is_not_found_for_who_may_not_see_the_case(client: Client, case: UseCase, tab: str) -> None:
    client.force_login(UserFactory())

    assert client.get(_at(tab, case)).status_code == 404


@pytest.mark.parametrize("tab", [*TABS, "edit", "kpi_new", "cost_plan"])
def test_tab_asks_for_a_sign_in(client: Client, case: UseCase, tab: str) -> None:
    assert client.get(_at(tab, case)).status_code == 302


@pytest.mark.parametrize("name", ["edit", "kpi_new", "cost_plan"])
@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("sponsor", 403), ("chair", 403)])
def test_writing_page_by_role(client: Client, case: UseCase, name: str, role: str, status: int) -> None:
    client.force_login(RoleGrantFactory(role=role).user)

    assert client.get(_at(name, case)).status_code == status


@pytest.mark.parametrize("name", ["edit", "kpi_new", "cost_plan", *TABS])
def test_page_is_shown_to_the_owner(client: Client, case: UseCase, owner: User, name: str) -> None:
    assert client.get(_at(name, case)).status_code == 200


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("edit_facts", ()),
        ("edit_business", ()),
        ("edit_scope", ()),
        ("kpi_retire", ("x",)),
        ("owner_change", ()),
        ("evidence_withdraw", (1,)),
        ("member_end", (1,)),
    ],
)
def test_writing_address_takes_no_get(client: Client, case: UseCase, owner: User, name: str, args: tuple) -> None:
    assert client.get(_at(name, case, *args)).status_code == 405


@pytest.mark.parametrize("number", [0, 10**30])
@pytest.mark.parametrize("name", ["evidence_file", "evidence_revise", "cost_correct"])
def test_number_that_nothing_has_is_not_found(
    client: Client, case: UseCase, owner: User, name: str, number: int
) -> None:
    more = (1,) if name == "evidence_file" else ()

    assert client.get(_at(name, case, number, *more)).status_code == 404


def test_edit_saves_the_description(client: Client, case: UseCase, owner: User) -> None:
    values = {
        "title": "Sort claims",
        "problem_statement": "By hand.",
        "department": case.department_id,
        "currency": "EUR",
    }

    answer = client.post(_at("edit", case), {**values, "version": case.version, "target_gate_date": "2027-01-31"})

    case.refresh_from_db()
    assert answer.status_code == 302
    assert (case.title, str(case.target_gate_date)) == ("Sort claims", "2027-01-31")


def test_edit_of_an_older_version_is_refused(client: Client, case: UseCase, owner: User) -> None:
    answer = client.post(_at("edit", case), {"title": "x", "currency": "EUR", "version": case.version + 1})

    case.refresh_from_db()
    assert answer.status_code == 409
    assert case.title != "x"


def test_edit_without_a_problem_returns_the_form(client: Client, case: UseCase, owner: User) -> None:
    answer = client.post(_at("edit", case), {"title": "x", "currency": "EUR", "department": case.department_id})

    assert answer.status_code == 422
    assert "Only drafts may lack a problem" in answer.content.decode()


def test_facts_are_changed_by_the_owner_but_not_lowered(client: Client, case: UseCase, owner: User) -> None:
    done = client.post(_at("edit_facts", case), {"delivery": "built", "reason": "In house"})
    refused = client.post(_at("edit_facts", case), {"delivery": "built", "personal_data": "no"})

    assert (done.status_code, refused.status_code) == (302, 403)
    assert list(CaseFact.objects.values_list("key", "value")) == [("delivery", "built")]


def test_compliance_sets_the_tier_on_no_page_of_the_owner(client: Client, case: UseCase) -> None:
    client.force_login(RoleGrantFactory(role="compliance").user)

    assert client.post(_at("edit_facts", case), {"tier": "minimal"}).status_code == 302
    assert UseCase.objects.get().tier == "minimal"


def test_compliance_finds_the_facts_on_the_edit_page_and_no_other_form(client: Client, case: UseCase) -> None:
    client.force_login(RoleGrantFactory(role="compliance").user)

    page = client.get(_at("edit", case))

    assert page.status_code == 200
    assert _at("edit_facts", case) in page.content.decode()
    assert _at("edit_business", case) not in page.content.decode()
    assert client.post(_at("edit", case), {"title": "x", "currency": "EUR"}).status_code == 403


def test_business_case_and_scope_are_saved(client: Client, case: UseCase, owner: User) -> None:
    figures = {"benefit_low": "1", "benefit_likely": "2", "benefit_high": "3", "cost_at_scale": "1"}

    client.post(_at("edit_business", case), figures)
    client.post(_at("edit_scope", case), {"inside": "Motor\nMotor\n\nMail", "outside": "", "thin_slice": "Basel"})
    client.post(_at("edit_scope", case), {"inside": "Motor", "outside": "", "thin_slice": "Basel"})

    assert BusinessCase.objects.get().benefit_high == 3
    assert list(ScopeItem.objects.filter(removed_at=None).values_list("text", flat=True)) == ["Motor", "Basel"]


def test_business_case_out_of_order_returns_the_form(client: Client, case: UseCase, owner: User) -> None:
    figures = {"benefit_low": "5", "benefit_likely": "2", "benefit_high": "3", "cost_at_scale": "1"}

    answer = client.post(_at("edit_business", case), figures)

    assert answer.status_code == 422
    assert "put the three in order" in answer.content.decode()


def test_stage_of_an_imported_case_is_identified(client: Client) -> None:
    case = UseCaseFactory(stage=None, origin="imported")
    client.force_login(TeamMemberFactory(case=case).user)

    page = client.get(_at("edit", case))
    client.post(_at("identify_stage", case), {"stage": "2"})

    assert "In which stage is it?" in page.content.decode()
    assert StageSpell.objects.get().stage == 2


def test_kpi_is_defined_measured_corrected_and_retired(client: Client, case: UseCase, owner: User) -> None:
    answer = client.post(
        _at("kpi_new", case), {**DEFINITION, "role": "primary", "kind": "outcome", "gates": ["2", "3"]}
    )
    kpi = Kpi.objects.get()
    assert answer["Location"] == _at("kpi", case, kpi.key)

    client.post(_at("threshold_set", case, kpi.key), {"gate": "2", "value": "55"})
    client.post(_at("reading_new", case, kpi.key), READING)
    wrong = KpiReading.objects.get()
    client.post(_at("reading_correct", case, kpi.key, wrong.pk), {**READING, "value": "53", "reason": "Typo"})
    client.post(_at("kpi_edit", case, kpi.key), {**DEFINITION, "name": "Share of claims", "target": "65"})
    page = client.get(_at("kpi", case, kpi.key)).content.decode()
    client.post(_at("kpi_retire", case, kpi.key), {"reason": "Another one"})

    kpi.refresh_from_db()
    assert (kpi.gates, kpi.name, kpi.retired_at is not None) == ([2, 3], "Share of claims", True)
    assert KpiThreshold.objects.get().value == 55
    assert KpiReading.objects.get(superseded_by=None).value == 53
    assert KpiDefinition.objects.get(valid_until=None).target == 65
    assert f'id="kpi-{kpi.key}-chart"' in page
    assert "corrected" in page


def test_reading_of_today_ends_now_and_of_tomorrow_is_refused(client: Client, case: UseCase, owner: User) -> None:
    kpi = KpiFactory(case=case)
    today = timezone.localdate()
    days = {"observed_from": today.isoformat(), "observed_to": today.isoformat()}

    done = client.post(_at("reading_new", case, kpi.key), READING | days)
    late = {"observed_to": (today + timedelta(days=1)).isoformat()}
    refused = client.post(_at("reading_new", case, kpi.key), READING | days | late)

    assert (done.status_code, refused.status_code) == (302, 422)
    assert KpiReading.objects.count() == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "", "1e400", "abc"])
def test_reading_that_is_no_number_returns_the_form(client: Client, case: UseCase, owner: User, value: str) -> None:
    kpi = KpiFactory(case=case)

    assert client.post(_at("reading_new", case, kpi.key), {**READING, "value": value}).status_code == 422
    assert not KpiReading.objects.exists()


def test_kpi_that_does_not_exist_is_not_found(client: Client, case: UseCase, owner: User) -> None:
    assert client.get(_at("kpi", case, "none")).status_code == 404


def test_plan_is_proposed_and_agreed_by_the_budget_holder_alone(client: Client, case: UseCase, owner: User) -> None:
    holder = TeamMemberFactory(case=case, role="budget_holder").user
    values = {"case_cap": "80000", "stage_1": "20000", "estimate_people": "3000", "estimate_storage": "0"}
    refused = client.post(_at("cost_plan", case), values)
    client.post(_at("cost_plan", case), {**values, "reason_storage": "Shared"})
    plan = CostPlan.objects.get()

    by_owner = client.post(_at("plan_agree", case, plan.pk))
    client.force_login(holder)
    page = client.get(_at("cost", case)).content.decode()
    client.post(_at("plan_agree", case, plan.pk))

    plan.refresh_from_db()
    assert refused.status_code == 422
    assert "Say why this line costs nothing" in refused.content.decode()
    assert by_owner.status_code == 403
    assert "I agree to these caps" in page
    assert plan.agreed_by == holder


def test_plan_of_another_case_is_not_found(client: Client, case: UseCase, owner: User) -> None:
    other = CostPlanFactory()

    assert client.post(_at("plan_agree", case, other.pk)).status_code == 404


def test_cost_is_recorded_and_corrected(client: Client, case: UseCase, owner: User) -> None:
    client.post(_at("cost", case), COST)
    wrong = CostEntry.objects.get()
    bill = {"bill_currency": "usd", "bill_amount": "1000", "bill_rate": "0.9", "bill_on": "2024-03-01"}

    client.post(_at("cost_correct", case, wrong.pk), {**COST, **bill, "amount": "900", "reason": "Typo"})

    right = CostEntry.objects.get(superseded_by=None)
    assert (right.amount, right.billed_currency, str(right.period_end)) == (900, "USD", "2024-04-01")
    page = client.get(_at("cost", case)).content.decode()
    assert "corrected" in page


@pytest.mark.parametrize(
    "changes", [{"amount": "-1"}, {"amount": "1.001"}, {"last_day": "2024-02-01"}, {"bill_currency": "USD"}]
)
def test_cost_that_can_not_be_returns_the_form(client: Client, case: UseCase, owner: User, changes: dict) -> None:
    assert client.post(_at("cost", case), {**COST, **changes}).status_code == 422
    assert not CostEntry.objects.exists()


def test_evidence_is_attached_revised_downloaded_and_withdrawn(
    client: Client, case: UseCase, owner: User, settings: Any
) -> None:
    client.post(_at("evidence", case), {"title": "DPIA", "file": SimpleUploadedFile("dpia.pdf", PDF)})
    first = EvidenceRevision.objects.get()
    client.post(_at("evidence_revise", case, first.evidence_id), {"link": "https://wiki.example/dpia"})

    answer = client.get(_at("evidence_file", case, first.evidence_id, 1))
    content = b"".join(answer.streaming_content)
    link = client.get(_at("evidence_file", case, first.evidence_id, 2))
    page = client.get(_at("evidence", case)).content.decode()
    client.post(_at("evidence_withdraw", case, first.evidence_id), {"reason": "Old"})

    assert content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="dpia.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert link.status_code == 404
    assert hashlib.sha256(PDF).hexdigest() in page
    assert (Path(settings.MEDIA_ROOT) / first.sha256).exists()
    first.evidence.refresh_from_db()
    assert first.evidence.withdrawn_at is not None


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"title": "Nothing"}, "Choose a file or give a link"),
        ({"title": "Script", "link": "javascript:alert(1)"}, "Give an address"),
        ({"title": "Program", "file": ("x.exe", b"MZ")}, "are not taken"),
        ({"title": "Picture", "file": ("x.pdf", b"\x89PNG")}, "The content is not that of"),
        ({"title": "Empty", "file": ("x.pdf", b"")}, "The file is empty"),
        ({"title": "Both", "link": "https://a.example", "file": ("x.pdf", PDF)}, "not both"),
        ({"title": "Old", "link": "https://a.example", "valid_until": "2020-01-01"}, "lies in the past"),
    ],
)
def test_evidence_that_is_none_returns_the_form(
    client: Client, case: UseCase, owner: User, values: dict, text: str
) -> None:
    sent = {key: SimpleUploadedFile(*value) if key == "file" else value for key, value in values.items()}

    answer = client.post(_at("evidence", case), sent)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not EvidenceRevision.objects.exists()


def test_file_of_an_invisible_case_is_not_found(client: Client, case: UseCase, owner: User) -> None:
    client.post(_at("evidence", case), {"title": "DPIA", "file": SimpleUploadedFile("dpia.pdf", PDF)})
    revision = EvidenceRevision.objects.get()
    client.force_login(UserFactory())

    assert client.get(_at("evidence_file", case, revision.evidence_id, 1)).status_code == 404


def test_file_under_another_cases_address_is_not_found(client: Client, case: UseCase, owner: User) -> None:
    client.post(_at("evidence", case), {"title": "DPIA", "file": SimpleUploadedFile("dpia.pdf", PDF)})
    other = TeamMemberFactory(user=owner).case

    assert client.get(_at("evidence_file", other, EvidenceRevision.objects.get().evidence_id, 1)).status_code == 404


def test_team_is_named_confirmed_and_ended(client: Client, case: UseCase, owner: User) -> None:
    sponsor = UserFactory()
    client.post(_at("team", case), {"user": sponsor.pk, "role": "sponsor"})
    member = TeamMember.objects.get(role="sponsor")
    by_owner = client.post(_at("member_confirm", case, member.pk))
    client.force_login(sponsor)
    page = client.get(_at("team", case)).content.decode()
    client.post(_at("member_confirm", case, member.pk))
    client.force_login(owner)
    client.post(_at("member_end", case, member.pk))

    member.refresh_from_db()
    assert by_owner.status_code == 403
    assert "Confirm my role" in page
    assert (member.confirmed_at is not None, member.ended_at is not None) == (True, True)


def test_case_is_handed_over(client: Client, case: UseCase, owner: User) -> None:
    heir = UserFactory()

    answer = client.post(_at("owner_change", case), {"new_owner": heir.pk})

    assert answer["Location"] == reverse("home")
    assert TeamMember.objects.get(role="product_owner", ended_at=None).user == heir


def test_case_without_an_owner_is_accepted(client: Client) -> None:
    case, person = UseCaseFactory(), RoleGrantFactory(role="product_owner").user
    RoleGrantFactory(user=person, role="sponsor")
    client.force_login(person)

    page = client.get(_at("team", case)).content.decode()
    client.post(_at("accept", case))

    assert "I take it on" in page
    assert TeamMember.objects.get().user == person


@pytest.mark.parametrize("tab", TABS)
def test_tab_takes_the_same_queries_for_one_record_and_three(
    client: Client, case: UseCase, owner: User, tab: str, django_assert_num_queries: Any
) -> None:
    def fill(index: int) -> None:
        if tab == "kpis":
            KpiFactory(case=case, role="acceptance")
        elif tab == "cost":
            client.post(_at("cost", case), COST | {"note": str(index)})
        elif tab == "evidence":
            client.post(_at("evidence", case), {"title": "x", "link": f"https://a.example/{index}"})
        else:
            TeamMemberFactory(case=case, role="engineering")

    fill(0)
    client.get(_at(tab, case))
    client.get(_at(tab, case))
    with CaptureQueriesContext(connection) as one:
        client.get(_at(tab, case))
    queries = len(one)
    for index in (1, 2):
        fill(index)
    client.get(_at(tab, case))

    with django_assert_num_queries(queries):
        client.get(_at(tab, case))
