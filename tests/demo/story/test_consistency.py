"""What the writer put straight into the tables holds together as if commands had written it."""

from __future__ import annotations

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection

from gates.models import Decision, Dossier, GateReview, SignOff, Vote, VoteChange
from gates.queries.checklists import sign_offs_outdated
from gates.queries.votes import tally_json, tally_of
from gates.rules.digest import sha256_of
from pocgate.kernel.models import Counter
from pocgate.kernel.stored_files import open_stored
from pocgate.ledger.models import Activity
from portfolio.models import (
    BenefitEntry,
    BusinessCase,
    EvidenceRevision,
    Feedback,
    KpiReading,
    OperationsReading,
    StageSpell,
    TrainingSession,
    UseCase,
)
from scoring.commands.readiness import recompute_cases
from scoring.models import ReadinessScore
from scoring.queries.playbooks import playbook_of
from scoring.queries.probe_facts.basics import facts_of
from tests.demo.story.conftest import NOW

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.usefixtures("demonstration")]


def test_constraints_hold() -> None:
    connection.check_constraints()


def test_open_spell_of_each_case_is_in_its_stage() -> None:
    spells = {spell.case_id: spell for spell in StageSpell.objects.filter(exit_reason="")}
    staying = UseCase.objects.filter(stage__isnull=False, status__in=["active", "in_review", "paused"])

    assert {case.pk: (case.stage, case.iteration) for case in staying} == {
        pk: (spell.stage, spell.iteration) for pk, spell in spells.items()
    }


def test_spells_of_a_case_follow_each_other_without_a_gap() -> None:
    by_case: dict[int, list[StageSpell]] = defaultdict(list)
    for spell in StageSpell.objects.order_by("entered_at"):
        by_case[spell.case_id].append(spell)

    for spells in by_case.values():
        assert [spell.left_at for spell in spells[:-1]] == [spell.entered_at for spell in spells[1:]]


def test_clock_stands_while_a_case_is_in_review_or_paused() -> None:
    for case in UseCase.objects.filter(status__in=["active", "in_review", "paused"], stage__isnull=False):
        spell = StageSpell.objects.get(case=case, exit_reason="")

        assert (spell.clock_stopped_at is not None) == (case.status != "active")


def test_decisions_are_numbered_without_a_gap_in_the_order_they_were_made() -> None:
    for year in Decision.objects.values_list("year", flat=True).distinct():
        decisions = list(Decision.objects.filter(year=year).order_by("decided_at"))

        assert [decision.number for decision in decisions] == list(range(1, len(decisions) + 1))
        assert Counter.objects.get(name=f"decisions of {year}").value == len(decisions)
        assert {decision.decided_at.year for decision in decisions} == {year}


def test_digests_are_those_of_the_content() -> None:
    for dossier in Dossier.objects.all():
        assert dossier.digest == sha256(dossier.content.encode()).hexdigest()
        assert dossier.digest == sha256_of(json.loads(dossier.content))
    for decision in Decision.objects.select_related("dossier"):
        assert decision.digest == decision.dossier.digest


def test_go_was_decided_only_where_policy_recommended_it() -> None:
    gone = Decision.objects.filter(outcome__in=["go", "conditional_go"])

    assert {(decision.outcome, decision.recommended) for decision in gone} == {
        ("go", "go"),
        ("conditional_go", "conditional_go"),
    }


def test_tally_is_what_the_votes_come_to() -> None:
    for review in GateReview.objects.filter(state__in=["closed", "decided"]).select_related("committee"):
        facts = facts_of([review.case_id], now=NOW)[review.case_id]
        counted = tally_of(review, playbook=playbook_of(review.playbook_id), facts=facts, now=NOW)

        assert review.tally == json.loads(json.dumps(tally_json(counted)))
        assert counted.quorum_met


def test_every_vote_was_kept_as_it_was_cast() -> None:
    latest = {
        (change.review_id, change.seat_id): change.outcome for change in VoteChange.objects.order_by("cast_at", "pk")
    }

    assert latest == {(vote.review_id, vote.seat_id): vote.outcome for vote in Vote.objects.all()}
    assert VoteChange.objects.count() > Vote.objects.count()


def test_files_are_in_the_store_under_their_digest(demonstration: Path) -> None:
    for revision in EvidenceRevision.objects.all():
        with open_stored(revision.sha256) as stored:
            content = stored.read()

        assert sha256(content).hexdigest() == revision.sha256
        assert len(content) == revision.size


def test_no_signature_is_outdated_but_the_tier_of_cases_that_pivoted() -> None:
    assert SignOff.objects.exists()
    overtaken = sign_offs_outdated().select_related("case")
    assert {(signed.criterion, signed.iteration < signed.case.iteration) for signed in overtaken} <= {
        ("tier_confirmed", True)
    }


def test_nothing_happened_in_the_future() -> None:
    assert not Activity.objects.filter(at__gt=NOW).exists()
    assert not KpiReading.objects.filter(recorded_at__gt=NOW).exists()
    assert not EvidenceRevision.objects.filter(uploaded_at__gt=NOW).exists()


def test_activity_of_cases_is_in_the_order_of_time() -> None:
    moments = list(Activity.objects.filter(case_id__isnull=False).order_by("sequence").values_list("at", flat=True))

    assert moments == sorted(moments)
    assert Activity.objects.filter(verb="review.voted").exists()


def test_readiness_computed_again_is_the_same() -> None:
    before = list(ReadinessScore.objects.order_by("case").values_list("case", "overall", "musts_open"))

    again = recompute_cases(UseCase.objects.values_list("pk", flat=True), now=NOW)

    assert (again.cases, again.changed, again.failed) == (40, 0, ())
    assert list(ReadinessScore.objects.order_by("case").values_list("case", "overall", "musts_open")) == before


@pytest.mark.parametrize("criterion", ["user_feedback", "operations_observed", "value_realised", "training_delivered"])
def test_gates_of_use_were_passed_by_records_that_exist(criterion: str) -> None:
    models = {
        "feedback": Feedback,
        "operations_reading": OperationsReading,
        "benefit_entry": BenefitEntry,
        "business_case": BusinessCase,
        "training_session": TrainingSession,
    }
    gone = Decision.objects.filter(outcome="go", review__gate__gte=2).select_related("dossier")
    parts = [
        part
        for decision in gone
        for part in json.loads(decision.dossier.content)["criteria"]
        if part["key"] == criterion
    ]

    assert len(parts) >= 4
    assert {part["verdict"] for part in parts} == {"pass"}
    assert all(part["records"] for part in parts)
    for part in parts:
        assert all(models[named["type"]].objects.filter(pk=named["id"]).exists() for named in part["records"])
