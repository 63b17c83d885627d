"""What two dossiers differ in: by path for programs, in words for people, across formats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gates.models import Question
from gates.queries.differing import Difference, differences
from gates.queries.dossier import dossier_content
from gates.queries.evaluation import evaluate
from gates.queries.versions import version_of
from gates.rules.digest import dossier_difference
from portfolio.models import CostCap, Dependency, Incident, Release, Risk
from scoring.models import Waiver
from scoring.queries.playbooks import playbook_of
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


def content_now(stage: StageSet, review: Any, now: datetime) -> dict[str, Any]:
    stage.case.refresh_from_db()
    found = evaluate(stage.case, gate=0, playbook=playbook_of(review.playbook_id), now=now)
    return dossier_content(review, version_of(review), found, now=now)


def words(stage: StageSet, before: Any, after: Any, review: Any) -> dict[str, tuple[str, str]]:
    found = differences(before, after, playbook_of(review.playbook_id))
    return {f"{each.part} · {each.name}": (each.before, each.after) for each in found}


def test_nothing_differs_between_two_moments_without_a_change(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)

    before, after = content_now(stage, review, now), content_now(stage, review, now + timedelta(minutes=1))

    assert before["as_of"] != after["as_of"]
    assert dossier_difference(before, after) == ()
    assert differences(before, after, playbook_of(review.playbook_id)) == ()


def test_money_and_verdicts_are_told_in_words(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    before = content_now(stage, review, now)
    CostCap.objects.filter(plan__case=stage.case, stage=1).update(amount=1234567)
    stage.case.scope_items.all().delete()

    after = content_now(stage, review, now)
    told = words(stage, before, after, review)

    assert told["Cost · Cap of stage 1"][1] == "EUR 1,234,567"
    assert told["Policy recommends · Outcome"] == ("go", "not ready")
    scope = next(text for place, text in told.items() if place.startswith("Scope · "))
    assert scope[0]
    assert scope[1] == ""
    verdicts = [text for place, text in told.items() if place.startswith("Criteria · ")]
    assert any(first.startswith("pass") and not second.startswith("pass") for first, second in verdicts)


def test_records_beside_the_criteria_are_frozen_and_told(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    before = content_now(stage, review, now)
    case, person, other = stage.case, stage.owner, UserFactory()
    said = {"case": case, "recorded_at": now, "recorded_by": person}
    Risk.objects.create(**said, text="Letters are misread", likelihood=3, impact=4, mitigation="Samples", owner=person)
    Dependency.objects.create(**said, on="data", text="Claims archive", blocked_date=date(2026, 11, 1))
    Release.objects.create(case=case, label="2.1", kind="security_fix", parts={"model": "m-7"}, recorded_at=now)
    Incident.objects.create(**said, severity="serious", text="Wrong payout", detected_at=now)
    Waiver.objects.create(
        case=case,
        criterion="ai_justified",
        reason="Measured in the pilot",
        expires_on=date(2027, 1, 31),
        state="granted",
        requested_by=person,
        requested_at=now,
        first_by=other,
        granted_at=now,
    )
    Question.objects.create(review=review, text="Who pays later?", asked_by=stage.members[0], asked_at=now)

    after = content_now(stage, review, now)
    told = words(stage, before, after, review)

    assert told["Risks · Letters are misread"][1].startswith("likelihood 3 of 5, impact 4 of 5")
    assert told["Depends on · Claims archive"][1] == "data, blocked since 1 Nov 2026"
    assert told["Releases · 2.1"][1] == "security fix · model m-7"
    assert told["Incidents · Wrong payout"][1] == "serious, 23 Nov 2026 · not contained"
    assert any(place.startswith("Waivers · ") and "31 Jan 2027" in text[1] for place, text in told.items())
    assert told[f"Questions · {stage.members[0]}: Who pays later?"][1] == "not answered"


def test_dossier_names_the_person_who_agreed_to_the_money(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    plan = stage.case.cost_plans.get(superseded_at__isnull=True)

    content = content_now(stage, review, now)

    assert content["consent"]["version"] == plan.version
    assert content["consent"]["agreed_by"] == str(plan.agreed_by)


def test_older_format_stays_readable_and_its_missing_parts_are_no_change(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    after = content_now(stage, review, now)
    added = ("track", "consent", "waivers", "risks", "dependencies", "releases", "incidents", "change_requests")
    before = {part: value for part, value in after.items() if part not in (*added, "questions")} | {"format": 1}

    assert differences(before, after, playbook_of(review.playbook_id)) == ()
    assert dossier_difference(before, after) == ()


def test_difference_is_the_mirror_of_its_reverse(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    before = content_now(stage, review, now)
    stage.case.title = "Another title"
    stage.case.save()
    after = content_now(stage, review, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    playbook = playbook_of(review.playbook_id)

    forward, back = differences(before, after, playbook), differences(after, before, playbook)

    assert Difference("The case", "Title", before["case"]["title"], "Another title") in forward
    mirrored = {(each.part, each.name, each.after, each.before) for each in back}
    assert {(each.part, each.name, each.before, each.after) for each in forward} == mirrored
