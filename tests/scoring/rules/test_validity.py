"""How long what was shown counts: every criterion of the shipped playbook on the days around its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scoring.rules.playbook import Criterion
from scoring.rules.readiness import AnswerState, EvidenceRevision, SignOffState, evaluate_criterion
from tests.scoring.rules.examples import NOW, default_playbook, passing_answer, record

PLAYBOOK = default_playbook()
ATTESTED = [criterion for criterion in PLAYBOOK.criteria if criterion.kind == "A"]
SIGNED = [criterion for criterion in PLAYBOOK.criteria if criterion.kind == "S"]
MOMENT = timedelta(microseconds=1)


def evidence(age: timedelta, *, valid_until: datetime | None = None, id_: int = 1) -> EvidenceRevision:
    return EvidenceRevision(record("revision", id_), NOW - age, valid_until)


def verdict(criterion: Criterion, answer: AnswerState) -> str:
    return evaluate_criterion(criterion, "must", 3, answer, NOW).verdict


def attested(criterion: Criterion, *revisions: EvidenceRevision) -> AnswerState:
    return replace(passing_answer(criterion.key, PLAYBOOK), answered_at=None, evidence=revisions)


@pytest.mark.parametrize("criterion", ATTESTED, ids=lambda criterion: criterion.key)
def test_evidence_counts_until_its_validity_ends(criterion):
    if criterion.valid_days is None:
        assert verdict(criterion, attested(criterion, evidence(timedelta(days=4000)))) == "pass"
        return
    lasting = timedelta(days=criterion.valid_days)

    assert verdict(criterion, attested(criterion, evidence(lasting - MOMENT))) == "pass"
    assert verdict(criterion, attested(criterion, evidence(lasting))) == "stale"


@pytest.mark.parametrize("criterion", ATTESTED, ids=lambda criterion: criterion.key)
def test_evidence_ends_at_its_own_date_where_that_is_earlier(criterion):
    ended = evidence(timedelta(days=1), valid_until=NOW)
    lasting = evidence(timedelta(days=1), valid_until=NOW + MOMENT)

    assert verdict(criterion, attested(criterion, ended)) == "stale"
    assert verdict(criterion, attested(criterion, lasting)) == "pass"


@pytest.mark.parametrize("criterion", ATTESTED, ids=lambda criterion: criterion.key)
def test_answer_lasts_as_long_as_the_latest_of_its_revisions(criterion):
    ended, lasting = evidence(timedelta(days=2), valid_until=NOW), evidence(timedelta(days=1), id_=2)

    assert verdict(criterion, attested(criterion, ended, lasting)) == "pass"


@pytest.mark.parametrize("criterion", SIGNED, ids=lambda criterion: criterion.key)
def test_signature_without_evidence_counts_until_its_validity_ends(criterion):
    lasting = timedelta(days=criterion.valid_days or 0)

    def signed(age: timedelta) -> AnswerState:
        return AnswerState(criterion.key, sign_off=SignOffState("accepted", NOW - age, record("sign_off")))

    assert verdict(criterion, signed(lasting - MOMENT)) == "pass"
    assert verdict(criterion, signed(lasting)) == "stale"


@pytest.mark.parametrize("criterion", SIGNED, ids=lambda criterion: criterion.key)
def test_signature_lasts_as_long_as_the_evidence_it_binds(criterion):
    def signed(*revisions: EvidenceRevision) -> AnswerState:
        signature = SignOffState("accepted", NOW - timedelta(days=1), record("sign_off"))
        return AnswerState(criterion.key, sign_off=signature, evidence=revisions)

    assert verdict(criterion, signed(evidence(timedelta(days=2), valid_until=NOW))) == "stale"
    assert verdict(criterion, signed(evidence(timedelta(days=2)))) == "pass"


@pytest.mark.parametrize("criterion", [*ATTESTED, *SIGNED], ids=lambda criterion: criterion.key)
def test_unexpired_evidence_announces_its_end_as_the_next_change(criterion):
    answer = passing_answer(criterion.key, PLAYBOOK)
    found = evaluate_criterion(criterion, "must", 3, answer, NOW)

    ends = None if criterion.valid_days is None else NOW + timedelta(days=criterion.valid_days - 1)
    assert (found.expires_at, found.changes_at) == (ends, ends)
