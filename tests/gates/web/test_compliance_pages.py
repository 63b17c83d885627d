"""Compliance's pages: signing extra items, attesting again, what ends when, answers to verify."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.checklists import ListTerms
from gates.models import SignOff
from gates.queries.expiries import expiries, expiries_by_month
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision
from scoring.models import CriterionAnswer, Waiver
from scoring.queries.verifications import claims_for
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory
from tests.factories.stage_set import a_stage_set
from tests.gates.test_checklist_templates import FIRST, published
from tests.gates.test_signing_again import sign

pytestmark = pytest.mark.django_db

EXTRA = "own-list:1-9"
SignedIn = Callable[[User], Client]


def test_extra_item_is_waived_on_the_page_and_asks_for_a_comment(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    published(now, *FIRST, terms=ListTerms("own-list", "Our own list"))
    client, address = signed_in(stage.officer), f"/compliance/{stage.case.reference}/{EXTRA}/"

    refused = client.post(address, {f"{EXTRA}-state": "waived"})
    done = client.post(address, {f"{EXTRA}-state": "waived", f"{EXTRA}-comment": "Not for this tool."})
    page = client.get(f"/compliance/{stage.case.reference}/").content.decode()

    assert (refused.status_code, done.status_code) == (422, 302)
    assert SignOff.objects.get().state == "waived"
    assert "Not for this tool." in page
    assert (page.count("data-waive"), page.count("data-to-waivers")) == (2, 3)


def test_acceptance_without_evidence_asks_for_a_comment_and_keeps_what_was_chosen(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    seen = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case))
    client, address = signed_in(stage.officer), f"/compliance/{stage.case.reference}/tier_confirmed/"

    refused = client.post(address, {"tier_confirmed-state": "accepted", "tier_confirmed-tier": "limited"})
    page = refused.content.decode()
    done = client.post(address, {"tier_confirmed-state": "accepted", "tier_confirmed-revision_ids": [seen.pk]})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "Please tick the evidence you have seen, or say why none is needed." in page
    assert '<option value="limited" selected>' in page
    assert SignOff.objects.get().revisions.get().revision == seen


def test_evidence_that_the_answer_names_is_ticked_from_the_start(signed_in: SignedIn) -> None:
    stage = a_stage_set(timezone.now())
    named = CriterionAnswer.objects.get(criterion="preliminary_plan", superseded_at__isnull=True).evidence.get()

    page = signed_in(stage.officer).get(f"/compliance/{stage.case.reference}/").content.decode()

    assert f'name="preliminary_plan-revision_ids" value="{named.revision_id}" checked' in page


def test_unchanged_items_are_attested_again_on_the_page(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    sign(stage, "privacy_screening", now - timedelta(days=1))
    client, address = signed_in(stage.officer), f"/compliance/{stage.case.reference}/"

    page = client.get(address).content.decode()
    done = client.post(f"{address}again/", {"item": ["privacy_screening"]})

    assert 'value="privacy_screening" id="again-1" checked' in page
    assert done.status_code == 302
    assert SignOff.objects.filter(superseded_at__isnull=True).get().signed_at > now - timedelta(hours=1)


def test_what_ends_is_shown_by_month_with_who(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    day = timezone.localdate(now) + timedelta(days=40)
    revision: EvidenceRevision = EvidenceRevisionFactory(
        evidence=EvidenceFactory(case=stage.case, title="Contract"), valid_until=day
    )
    sign(stage, "privacy_screening", now)
    Waiver.objects.create(
        case=stage.case,
        criterion="compute_mapped",
        reason="Later.",
        expires_on=day,
        state="granted",
        requested_by=stage.owner,
        requested_at=now,
        first_by=stage.officer,
        first_at=now,
        granted_at=now,
    )

    found = {(one.kind, one.day, one.who) for one in expiries(stage.officer, now=now)}
    page = signed_in(stage.officer).get("/compliance/calendar/").content.decode()

    assert found == {
        ("evidence", day, str(revision.uploaded_by or "")),
        ("waiver", day, str(stage.owner)),
        ("sign_off", timezone.localdate(now) + timedelta(days=365), str(stage.officer)),
    }
    assert [month.day for month, _rows in expiries_by_month(stage.officer, now=now)] == [1, 1]
    assert "Contract" in page
    assert expiries(UserFactory(), now=now) == []


def test_claims_wait_for_compliance_and_the_named_role_but_never_for_their_author(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    answer = CriterionAnswer.objects.get(criterion="sources_mapped", superseded_at__isnull=True)
    verifier = TeamMemberFactory(case=stage.case, role="data_owner").user
    answer.author = RoleGrantFactory(role="compliance").user
    answer.save()

    waits = {
        who: "sources_mapped" in {claim.answer.criterion for claim in claims_for(person, now=now)}
        for who, person in {
            "officer": stage.officer,
            "verifier": verifier,
            "author": answer.author,
            "owner": stage.owner,
            "stranger": UserFactory(),
        }.items()
    }
    address = f"/compliance/{stage.case.reference}/answers/sources_mapped/"
    stale = signed_in(verifier).post(address, {"answer": answer.pk + 1000})
    done = signed_in(verifier).post(address, {"answer": answer.pk})

    assert waits == {"officer": True, "verifier": True, "author": False, "owner": False, "stranger": False}
    assert (stale.status_code, done.status_code) == (409, 302)
    answer.refresh_from_db()
    assert answer.verified_by == verifier
    assert "sources_mapped" not in {claim.answer.criterion for claim in claims_for(stage.officer, now=now)}


def test_pages_of_compliance_take_the_same_queries_for_more_records(
    signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    for _ in range(5):
        EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), valid_until=now.date())

    with django_assert_max_num_queries(9):
        assert len(expiries(stage.officer, now=now)) == 5
    with django_assert_max_num_queries(9):
        assert len(claims_for(stage.officer, now=now)) == 4
