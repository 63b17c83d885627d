"""Nobody signs what they uploaded: by page, by API, one by one and in bulk; refused means nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.models import SignOff
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import Evidence, EvidenceRevision
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.stage_set import StageSet, a_stage_set
from tests.gates.test_signing_again import sign

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
ITEM = "privacy_screening"
JSON = "application/json"
Way = Callable[[Client, str, list[int]], Any]


def by_page(client: Client, reference: str, revisions: list[int]) -> Any:
    given = {f"{ITEM}-state": "accepted", f"{ITEM}-revision_ids": revisions, f"{ITEM}-comment": "Seen."}
    return client.post(f"/compliance/{reference}/{ITEM}/", given)


def by_api(client: Client, reference: str, revisions: list[int]) -> Any:
    given = {"state": "accepted", "revisions": revisions, "comment": "Seen."}
    return client.post(f"/api/v1/use-cases/{reference}/checklist/{ITEM}/sign-off", given, content_type=JSON)


def in_bulk_by_page(client: Client, reference: str, _revisions: list[int]) -> Any:
    return client.post(f"/compliance/{reference}/again/", {"item": [ITEM]})


def in_bulk_by_api(client: Client, reference: str, _revisions: list[int]) -> Any:
    address = f"/api/v1/use-cases/{reference}/checklist/attestation"
    return client.post(address, {"criteria": [ITEM]}, content_type=JSON)


SINGLE: tuple[Way, ...] = (by_page, by_api)
BULK: tuple[Way, ...] = (in_bulk_by_page, in_bulk_by_api)


def uploaded(stage: StageSet, by: User, evidence: Evidence | None = None, number: int = 1) -> EvidenceRevision:
    found: EvidenceRevision = EvidenceRevisionFactory(
        evidence=evidence or EvidenceFactory(case=stage.case), uploaded_by=by, number=number
    )
    return found


def refused(answer: Any) -> bool:
    body = answer.content.decode()
    return answer.status_code == 409 and "You uploaded evidence this sign-off is about" in body


@pytest.mark.parametrize("way", SINGLE)
def test_own_upload_is_refused_one_by_one_and_nothing_changes(way: Way, signed_in: SignedIn) -> None:
    stage = a_stage_set(timezone.now())
    own, other = uploaded(stage, stage.officer), uploaded(stage, stage.owner)
    before = Activity.objects.count()

    assert refused(way(signed_in(stage.officer), stage.case.reference, [own.pk, other.pk]))
    assert not SignOff.objects.exists()
    assert Activity.objects.count() == before
    second = RoleGrantFactory(role="compliance").user
    assert way(signed_in(second), stage.case.reference, [own.pk, other.pk]).status_code in (200, 302)
    assert SignOff.objects.get().signed_by == second


@pytest.mark.parametrize("way", BULK)
def test_own_upload_is_refused_in_bulk_and_nothing_changes(way: Way, signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    own, second = uploaded(stage, stage.officer), RoleGrantFactory(role="compliance").user
    first = sign(stage, ITEM, now - timedelta(days=1), revision_ids=[own.pk], actor=second)

    assert refused(way(signed_in(stage.officer), stage.case.reference, []))
    assert SignOff.objects.get(superseded_at__isnull=True) == first
    assert way(signed_in(second), stage.case.reference, []).status_code in (200, 302)


@pytest.mark.parametrize("way", SINGLE)
def test_own_newer_revision_of_what_was_signed_is_not_passed_over_by_leaving_it_out(
    way: Way, signed_in: SignedIn
) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    second = RoleGrantFactory(role="compliance").user
    seen = uploaded(stage, stage.owner)
    sign(stage, ITEM, now - timedelta(days=1), revision_ids=[seen.pk], actor=second)
    uploaded(stage, stage.officer, seen.evidence, 2)

    assert refused(way(signed_in(stage.officer), stage.case.reference, []))
    assert way(signed_in(second), stage.case.reference, []).status_code in (200, 302)
