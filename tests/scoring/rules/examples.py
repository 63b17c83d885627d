"""The shipped playbook and small values that tests of pure rules start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook, parse_playbook
from scoring.rules.probes import CaseText, ProbeFacts
from scoring.rules.readiness import AnswerState, CriterionResult, EvidenceRevision, ProbeResult, SignOffState
from scoring.rules.reasons import Reason, Record

DEFAULT_PLAYBOOK = Path(__file__).parents[3] / "scoring" / "playbooks" / "default.yaml"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FULL = Decimal("1.0000")

# A case that asks for as little as possible, so that a test adds what it is about.
PLAIN_CASE = CaseFacts("built", "no", "no", "minimal", "no")


@cache
def default_text() -> str:
    return DEFAULT_PLAYBOOK.read_text(encoding="utf-8")


@cache
def default_playbook() -> Playbook:
    return parse_playbook(default_text())


def record(type_: str = "evidence", id_: int = 1, label: str = "A record") -> Record:
    return Record(type_, id_, label)


def revision(
    days_ago: int = 1, *, valid_for: int | None = None, current: bool = True, id_: int = 1
) -> EvidenceRevision:
    valid_until = None if valid_for is None else NOW + timedelta(days=valid_for)
    return EvidenceRevision(record("revision", id_), NOW - timedelta(days=days_ago), valid_until, current)


def sign_off(state: str = "accepted", days_ago: int = 1) -> SignOffState:
    return SignOffState(state, NOW - timedelta(days=days_ago), record("sign_off"))


def passing_probe() -> ProbeResult:
    return ProbeResult(FULL, "pass", "problem_stated")


def passing_answer(key: str, playbook: Playbook) -> AnswerState:
    """An answer with which the criterion passes at every gate."""
    kind = playbook.criteria_by_key[key].kind
    if kind == "C":
        return AnswerState(key, probe=passing_probe())
    if kind == "S":
        return AnswerState(key, sign_off=sign_off())
    verified = NOW - timedelta(hours=1)
    answered = NOW - timedelta(days=1)
    return AnswerState(
        key,
        answer="met",
        answered_at=answered,
        author_id=1,
        verified_at=verified,
        verified_by_id=2,
        evidence=(revision(),),
    )


def passing_answers(playbook: Playbook) -> list[AnswerState]:
    return [passing_answer(criterion.key, playbook) for criterion in playbook.criteria]


def result(
    key: str,
    verdict: str = "pass",
    level: str = "must",
    *,
    closable: bool = False,
    code: str = "shown",
    records: tuple[Record, ...] = (),
) -> CriterionResult:
    """One result as readiness would give it, for rules that only look at verdicts."""
    return CriterionResult(
        key=key,
        dimension="outcome",
        kind="C",
        level=level,
        verdict=verdict,
        achievement=FULL if verdict == "pass" else Decimal("0.0000"),
        weight=Decimal(1),
        reason=Reason(code),
        records=records,
        closable=closable,
        standing=False,
    )


def probe_facts(**changes: object) -> ProbeFacts:
    """A case at gate 0 about which nothing is recorded yet."""
    empty = ProbeFacts(now=NOW, gate=0, stage=0, iteration=1, text=CaseText(record("case"), "", "", ""))
    return ProbeFacts(**{**vars(empty), **changes})
