"""Dossiers and decisions to read, to take along and to compare, through the browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.dossiers import refreeze_when_material
from gates.models import Dossier, DossierOpening, GateReview
from pocgate.identity.models import User
from portfolio.models import CostCap
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db

Browser = Callable[[User], Client]


@pytest.fixture
def today() -> datetime:
    """Views read the clock, so their tests stand in the present."""
    return timezone.now()


def with_another_cap(stage: StageSet, review: GateReview, amount: int, now: datetime) -> None:
    CostCap.objects.filter(plan__case=stage.case, stage=1).update(amount=amount)
    assert refreeze_when_material(review_id=review.pk, actor=None, now=now) is not None


def test_dossier_page_shows_digest_revisions_and_what_to_take_along(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)

    page = signed_in(stage.members[0]).get(f"/reviews/{review.pk}/dossiers/2/").content.decode()

    assert review.dossiers.get(revision=2).digest in page
    assert f"/reviews/{review.pk}/dossiers/2/dossier.pdf" in page
    assert f"/reviews/{review.pk}/difference/?before=1&amp;after=2" in page


def test_dossier_page_notes_that_its_reader_opened_that_revision(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review, reader = stage.voting(today), stage.members[0]

    for revision in (1, 1, 2):
        signed_in(reader).get(f"/reviews/{review.pk}/dossiers/{revision}/")

    noted = DossierOpening.objects.order_by("dossier__revision").values_list("dossier__revision", "user")
    assert list(noted) == [(1, reader.pk), (2, reader.pk)]


def test_difference_page_names_place_before_and_after(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)
    with_another_cap(stage, review, 987654, today + timedelta(minutes=1))

    page = signed_in(stage.owner).get(f"/reviews/{review.pk}/difference/").content.decode()
    same = signed_in(stage.owner).get(f"/reviews/{review.pk}/difference/?before=3&after=3").content.decode()

    assert "Cap of stage 1" in page
    assert "EUR 987,654" in page
    assert "Nothing changed" in same


def test_difference_since_the_last_gate_compares_with_the_dossier_decided_on(
    today: datetime, signed_in: Browser
) -> None:
    stage = a_stage_set(today)
    first = stage.decide(
        stage.closed(today, "stop"), "stop", today, reason="No data.", reason_code="data", learning="x"
    )
    later = today + timedelta(hours=1)
    review = GateReview.objects.create(
        case=stage.case,
        gate=0,
        playbook=first.review.playbook,
        committee=stage.committee,
        status_before="active",
        requested_at=later,
        decide_by=later.date(),
    )
    content = first.dossier.content.replace('"title":"', '"title":"Renamed ', 1)
    Dossier.objects.create(
        review=review,
        revision=1,
        content=content,
        digest="0" * 64,
        recommended="go",
        rule="all_musts_pass",
        reason="requested",
        frozen_at=later,
    )

    page = signed_in(stage.officer).get(f"/reviews/{review.pk}/difference/?before=gate").content.decode()

    assert "the last gate (0)" in page
    assert "Renamed " in page


@pytest.mark.parametrize("query", ["?before=9", "?after=0", "?before=x", "?before=gate"])
def test_difference_of_revisions_that_are_not_there_is_not_found(
    query: str, today: datetime, signed_in: Browser
) -> None:
    stage = a_stage_set(today)
    review = stage.voting(today)

    assert signed_in(stage.owner).get(f"/reviews/{review.pk}/difference/{query}").status_code == 404


def test_who_still_has_to_rate_reads_the_page_without_the_scorecard_and_gets_no_copy(
    today: datetime, signed_in: Browser
) -> None:
    stage = a_stage_set(today)
    review = stage.request(today)
    owner = signed_in(stage.owner)

    page = owner.get(f"/reviews/{review.pk}/dossiers/1/")

    assert "Rate the case first" in page.content.decode()
    for name in ("dossier.json", "dossier.pdf"):
        assert owner.get(f"/reviews/{review.pk}/dossiers/1/{name}").status_code == 403


def test_decision_is_printed_with_votes_digest_and_conditions(today: datetime, signed_in: Browser) -> None:
    stage = a_stage_set(today)
    review = stage.closed(today)
    made = stage.decide(review, "go", today)

    answer = signed_in(stage.owner).get(f"/decisions/{made.reference}/decision.pdf")
    again = signed_in(stage.members[0]).get(f"/decisions/{made.reference}/decision.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)

    assert answer["Content-Type"] == "application/pdf"
    assert made.digest in "".join(text.split())
    assert made.reference in text
    assert all(str(member) in text for member in stage.members)
    assert answer.content == again.content
