"""Hypothesis strategies of what may be stored about a case."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from scoring.rules.facts import CaseFacts
from scoring.rules.readiness import AnswerState, EvidenceRevision, ProbeResult, SignOffState
from scoring.rules.vocabulary import ANSWERS, FACT_VALUES, IMPORTED_ANSWERS, SIGN_OFF_STATES
from tests.scoring.rules.examples import NOW, default_playbook, record

facts_strategy = st.builds(CaseFacts, **{fact: st.sampled_from(values) for fact, values in FACT_VALUES.items()})
days = st.integers(-800, 800)


@st.composite
def revisions(draw: st.DrawFn) -> EvidenceRevision:
    uploaded_at = NOW - timedelta(days=draw(st.integers(-5, 800)))
    valid_until = draw(st.none() | st.builds(lambda offset: NOW + timedelta(days=offset), days))
    return EvidenceRevision(record("revision", draw(st.integers(1, 99))), uploaded_at, valid_until, draw(st.booleans()))


@st.composite
def answer_states(draw: st.DrawFn, key: str) -> AnswerState:
    moments = st.none() | st.builds(lambda offset: NOW + timedelta(days=offset), days)
    sign_offs = st.builds(
        lambda state, ago: SignOffState(state, NOW - timedelta(days=ago), record("sign_off")),
        st.sampled_from(SIGN_OFF_STATES),
        st.integers(0, 800),
    )
    probes = st.builds(
        lambda achieved, verdict: ProbeResult(Decimal(achieved).scaleb(-4), verdict, "problem_stated"),
        st.integers(0, 10_000),
        st.sampled_from(["pass", "fail", "stale", "not_enough_evidence", "not_applicable"]),
    )
    return AnswerState(
        key,
        answer=draw(st.sampled_from([*ANSWERS, *IMPORTED_ANSWERS])),
        reason=draw(st.sampled_from(["", "a reason"])),
        answered_at=draw(moments),
        author_id=draw(st.sampled_from([None, 1])),
        verified_at=draw(moments),
        verified_by_id=draw(st.sampled_from([None, 1, 2])),
        evidence=tuple(draw(st.lists(revisions(), max_size=2))),
        sign_off=draw(st.none() | sign_offs),
        probe=draw(st.none() | probes),
        waived_until=draw(moments),
    )


@st.composite
def answer_lists(draw: st.DrawFn) -> list[AnswerState]:
    keys = draw(st.lists(st.sampled_from(list(default_playbook().criteria_by_key)), max_size=20, unique=True))
    return [draw(answer_states(key)) for key in keys]
