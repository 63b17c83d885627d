"""What detectors find of stored records, written down, kept as history, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from pocgate.ledger.models import Activity
from portfolio.models import CaseFact, Hold, StageSpell, TeamMember, UseCase
from scoring.commands.findings import answer_finding, refresh_findings
from scoring.models import Finding, FindingAnswer, FindingChange, SwampSignal
from scoring.queries.detector_facts import CaseToJudge, cases_to_judge
from scoring.queries.findings import findings_of, standing_answer, swamp_of
from scoring.rules.detectors import DetectorFacts, find_all
from scoring.rules.detectors import Finding as Found
from scoring.rules.playbook import Playbook
from tests.factories.findings import FindingFactory
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import (
    EvidenceFactory,
    EvidenceRevisionFactory,
    StageSpellFactory,
    TeamMemberFactory,
    UseCaseFactory,
)
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _states(case: UseCase) -> dict[str, str]:
    return dict(Finding.objects.filter(case=case).values_list("detector", "state"))


def _codes(case: UseCase, detector: str) -> set[str]:
    row = Finding.objects.get(case=case, detector=detector)
    return {signal["code"] for signal in row.signals if signal["state"] == "fired"}


def _kinds(case: UseCase) -> set[str]:
    return set(SwampSignal.objects.filter(case=case, ended_at=None).values_list("kind", flat=True))


def _at_work(now: datetime, **fields: object) -> UseCase:
    """A case in stage 1 whose time-box has just begun."""
    case = full_case(now, **fields)
    StageSpell.objects.filter(case=case).update(
        entered_at=now - 3 * DAY, time_box_days=42, time_box_ends_at=now + 39 * DAY
    )
    return case


def test_case_at_work_gets_a_finding_from_each_detector(now: datetime) -> None:
    case = _at_work(now)

    done = refresh_findings([case.pk], now=now)

    assert done.cases == 1
    assert len(_states(case)) == 7
    # Its one KPI is judged on the pass, though not yet past the time-box; one signal of five is weak and fires.
    assert _states(case)["weak_metrics"] == "clear"
    assert _states(case)["gold_plating"] == "clear"


def test_imported_case_without_an_owner_can_not_be_told_and_is_no_swamp(now: datetime) -> None:
    case = UseCaseFactory(origin="imported", stage=2, problem_statement="")
    StageSpellFactory(case=case, stage=2, time_box_ends_at=now - 90 * DAY)

    refresh_findings([case.pk], now=now)

    assert set(_states(case).values()) == {"cannot_tell"}
    assert {signal["code"] for row in Finding.objects.filter(case=case) for signal in row.signals} == {"ungated"}
    assert (_kinds(case), FindingChange.objects.count()) == (set(), 0)


def test_imported_case_is_judged_once_an_owner_took_it_on(now: datetime) -> None:
    case = UseCaseFactory(origin="imported", stage=2, with_spell=True)
    TeamMemberFactory(case=case)

    refresh_findings([case.pk], now=now)

    assert _states(case)["weak_metrics"] == "fired"


def test_imported_case_whose_owner_left_stays_judged(now: datetime) -> None:
    case = UseCaseFactory(origin="imported", stage=2, with_spell=True)
    TeamMemberFactory(case=case, ended_at=now - DAY)

    refresh_findings([case.pk], now=now)

    assert "no_active_owner" in _kinds(case)


def test_case_of_unknown_stage_can_not_be_told(now: datetime) -> None:
    case = UseCaseFactory(origin="imported", stage=None)
    TeamMemberFactory(case=case)

    refresh_findings([case.pk], now=now)

    assert set(_states(case).values()) == {"cannot_tell"}
    assert Finding.objects.filter(case=case).first().signals[0]["code"] == "stage_unknown"


@pytest.mark.parametrize("fields", [{"status": "draft", "stage": None}, {"status": "stopped"}, {"status": "retired"}])
def test_case_not_on_its_way_has_no_findings(now: datetime, fields: dict[str, object]) -> None:
    case = UseCaseFactory(**fields)

    refresh_findings([case.pk], now=now)

    assert (_states(case), _kinds(case)) == ({}, set())


def test_finding_remembers_since_when_it_fires_and_when_it_cleared(now: datetime) -> None:
    case = _at_work(now)
    TeamMember.objects.filter(case=case, role="business_owner").update(ended_at=now)
    TeamMember.objects.filter(case=case, role="product_owner").update(ended_at=now)
    case.technology = ["large language model"]
    case.save()
    refresh_findings([case.pk], now=now)
    refresh_findings([case.pk], now=now + DAY)
    fired = Finding.objects.get(case=case, detector="hype_chasing")
    UseCase.objects.filter(pk=case.pk).update(technology=[])

    refresh_findings([case.pk], now=now + 2 * DAY)

    cleared = Finding.objects.get(case=case, detector="hype_chasing")
    assert (fired.state, fired.severity, fired.first_seen_at, fired.cleared_at) == ("fired", "serious", now, None)
    assert (cleared.state, cleared.first_seen_at, cleared.cleared_at) == ("clear", now, now + 2 * DAY)
    history = FindingChange.objects.filter(case=case, detector="hype_chasing").order_by("pk")
    assert [(change.before, change.after, change.at) for change in history] == [
        ("", "fired", now),
        ("fired", "clear", now + 2 * DAY),
    ]
    assert fired.records[0] == {"type": "use_case", "id": case.pk, "label": case.reference}


def test_second_look_at_the_same_records_writes_nothing(now: datetime) -> None:
    case = _at_work(now)
    refresh_findings([case.pk], now=now)
    before = list(Finding.objects.values().order_by("pk"))

    done = refresh_findings([case.pk], now=now)

    assert (list(Finding.objects.values().order_by("pk")), done.changed) == (before, 0)


def test_case_that_ends_loses_its_findings_and_keeps_their_history(now: datetime) -> None:
    case = UseCaseFactory(stage=2, with_spell=True)
    refresh_findings([case.pk], now=now)
    UseCase.objects.filter(pk=case.pk).update(status="stopped")

    refresh_findings([case.pk], now=now + DAY)

    assert (_states(case), _kinds(case)) == ({}, set())
    last = FindingChange.objects.filter(case=case, detector="weak_metrics").latest("pk")
    assert (last.before, last.after, last.at) == ("fired", "", now + DAY)
    assert SwampSignal.objects.filter(case=case, kind="no_active_owner", ended_at=now + DAY).exists()


def test_look_notes_its_version_and_when_time_alone_changes_something(now: datetime) -> None:
    case = _at_work(now)

    refresh_findings([case.pk], now=now)

    case.refresh_from_db()
    assert case.findings_version == case.requested_version
    # Half of 42 days, of which 39 are left.
    assert case.findings_due_at == now + 18 * DAY


def test_look_at_older_records_does_not_overwrite_a_newer_one(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    case = _at_work(now)
    read = cases_to_judge

    def overtaken(case_ids: Sequence[int], *, now: datetime) -> dict[int, CaseToJudge]:
        found = read(case_ids, now=now)
        UseCase.objects.filter(pk=case.pk).update(requested_version=9, findings_version=9)
        return found

    monkeypatch.setattr("scoring.commands.findings.refresh.cases_to_judge", overtaken)

    refresh_findings([case.pk], now=now)

    case.refresh_from_db()
    assert (_states(case), case.findings_version) == ({}, 9)


def test_case_that_can_not_be_judged_does_not_keep_the_others_from_it(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = _at_work(now), _at_work(now)

    def breaks(facts: DetectorFacts, playbook: Playbook) -> tuple[Found, ...]:
        if facts.case.id == broken.pk:
            raise ArithmeticError
        return find_all(facts, playbook)

    monkeypatch.setattr("scoring.commands.findings.refresh.find_all", breaks)

    refresh_findings([broken.pk, other.pk], now=now)

    broken.refresh_from_db()
    assert (len(_states(broken)), len(_states(other)), broken.findings_version) == (0, 7, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_cases(
    now: datetime, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [_at_work(now).pk for _ in range(count)]
    refresh_findings(cases, now=now)

    with django_assert_num_queries(39):
        refresh_findings(cases, now=now + 30 * DAY)


def _told(case: UseCase, verb: str, at: datetime) -> None:
    record(Act(verb, "review", 1, case.pk), actor=None, now=at)


def test_silence_is_broken_by_evidence_votes_sign_offs_and_decisions(now: datetime) -> None:
    case = full_case(now - 60 * DAY)
    refresh_findings([case.pk], now=now)
    silent = _kinds(case)
    EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), uploaded_at=now - 20 * DAY)
    refresh_findings([case.pk], now=now)
    shown = _kinds(case)
    refresh_findings([case.pk], now=now + 12 * DAY)
    silent_again = _kinds(case)
    _told(case, "review.voted", now)
    refresh_findings([case.pk], now=now + 12 * DAY)

    assert ("idle" in silent, "idle" in shown, "idle" in silent_again, "idle" in _kinds(case)) == (
        True, False, True, False,
    )  # fmt: skip
    ended = SwampSignal.objects.filter(case=case, kind="idle").exclude(ended_at=None)
    assert ended.count() == 2


def test_pause_past_its_date_is_a_signal_from_the_day_after(now: datetime) -> None:
    case = _at_work(now, status="paused")
    Hold.objects.create(
        case=case, started_at=now - 30 * DAY, revive_date=now.date(), reason_code="priority", reason="later"
    )

    refresh_findings([case.pk], now=now)
    on_the_day = _kinds(case)
    refresh_findings([case.pk], now=now + DAY)

    assert (on_the_day, _kinds(case)) == (set(), {"past_revive_date"})


@pytest.mark.parametrize(("decided_between", "kinds"), [(False, {"repeated_turns"}), (True, set())])
def test_two_pauses_are_in_a_row_unless_a_decision_let_the_case_go_on(
    now: datetime, decided_between: bool, kinds: set[str]
) -> None:
    case = _at_work(now)
    for days in (90, 30):
        Hold.objects.create(
            case=case, started_at=now - days * DAY, ended_at=now - (days - 5) * DAY, revive_date=now.date(),
            reason_code="priority",
        )  # fmt: skip
        _told(case, "decision.made", now - days * DAY)
    if decided_between:
        _told(case, "decision.made", now - 60 * DAY)

    refresh_findings([case.pk], now=now)

    assert _kinds(case) == kinds


@pytest.mark.parametrize(
    ("later", "requested"),
    [((), True), (("review.withdrawn",), False), (("decision.made",), False)],
)
def test_gate_counts_as_requested_until_it_is_withdrawn_or_decided(
    now: datetime, later: tuple[str, ...], requested: bool
) -> None:
    case = _at_work(now)
    _told(case, "review.requested", now - 2 * DAY)
    for verb in later:
        _told(case, verb, now - DAY)

    facts = cases_to_judge([case.pk], now=now)[case.pk].facts

    assert facts is not None
    assert facts.requested_at == (now - 2 * DAY if requested else None)


def test_request_of_an_earlier_stage_does_not_count(now: datetime) -> None:
    case = _at_work(now)
    _told(case, "review.requested", now - 4 * DAY)

    facts = cases_to_judge([case.pk], now=now)[case.pk].facts

    assert facts is not None
    assert facts.requested_at is None


def test_unknown_facts_and_an_empty_case_do_not_stop_the_others(now: datetime) -> None:
    case, empty = _at_work(now), UseCaseFactory(stage=3)
    CaseFact.objects.filter(case=case, key="tier").update(value="unheard of")

    assert refresh_findings([case.pk, empty.pk, 10**9], now=now).cases == 2
    assert (len(_states(case)), len(_states(empty))) == (7, 7)


# answers


def _fired(now: datetime, **fields: object) -> tuple[UseCase, Finding]:
    case = UseCaseFactory(with_spell=True, **fields)
    TeamMemberFactory(case=case)
    return case, FindingFactory(case=case, first_seen_at=now - DAY)


def _owner(case: UseCase) -> TeamMember:
    return TeamMember.objects.select_related("user").get(case=case, role="product_owner")


@pytest.mark.parametrize(
    ("reply", "reason", "mend_by"),
    [
        ("agree", "", None),
        ("mend", "Operations joins", date(2026, 12, 1)),
        ("dispute", "Asked for by the regulator", None),
    ],
)
def test_owner_answers_a_finding(now: datetime, reply: str, reason: str, mend_by: date | None) -> None:
    case, finding = _fired(now)
    owner = _owner(case).user

    answer = answer_finding(
        case_id=case.pk, detector="gold_plating", reply=reply, reason=reason, mend_by=mend_by, actor=owner, now=now
    )

    assert standing_answer(finding) == answer
    activity = Activity.objects.latest("sequence")
    assert (activity.verb, activity.actor, activity.case_id) == ("finding.answered", owner, case.pk)
    assert activity.after["reply"] == reply


def test_repeated_answer_changes_nothing_and_another_one_is_added(now: datetime) -> None:
    case, finding = _fired(now)
    owner = _owner(case).user
    common = {"case_id": case.pk, "detector": "gold_plating", "actor": owner}
    first = answer_finding(reply="agree", now=now, **common)

    again = answer_finding(reply="agree", now=now + DAY, **common)
    other = answer_finding(reply="dispute", reason="It is asked for.", now=now + DAY, **common)

    assert (again, FindingAnswer.objects.count(), standing_answer(finding)) == (first, 2, other)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"reply": "maybe"}, "reply"),
        ({"reply": "dispute", "reason": "  "}, "reason"),
        ({"reply": "agree", "reason": "x" * 4001}, "reason"),
        ({"reply": "agree", "reason": "a\x00b"}, "reason"),
        ({"reply": "mend"}, "mend_by"),
        ({"reply": "mend", "mend_by": date(2026, 11, 22)}, "mend_by"),
        ({"reply": "mend", "mend_by": date(2027, 11, 24)}, "mend_by"),
        ({"reply": "agree", "mend_by": date(2026, 12, 1)}, "mend_by"),
        ({"reply": "agree", "detector": "luck"}, "detector"),
    ],
)
def test_answer_that_does_not_fit_is_refused_with_its_field(
    now: datetime, fields: dict[str, object], pointer: str
) -> None:
    case, _finding = _fired(now)
    common = {"case_id": case.pk, "detector": "gold_plating", "actor": _owner(case).user, "now": now}

    with pytest.raises(Invalid) as refused:
        answer_finding(**{**common, **fields})

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (FindingAnswer.objects.count(), Activity.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "found", "code"),
    [
        ({}, {"state": "clear", "severity": ""}, "finding_not_fired"),
        ({}, {"state": "cannot_tell", "severity": ""}, "finding_not_fired"),
        ({"records_locked_at": LONG_AGO}, {}, "records_locked"),
        ({"status": "stopped"}, {}, "case_ended"),
    ],
)
def test_answer_is_refused_where_nothing_fires_and_where_records_stay(
    now: datetime, fields: dict[str, object], found: dict[str, object], code: str
) -> None:
    case = UseCaseFactory(**fields)
    TeamMemberFactory(case=case)
    FindingFactory(case=case, **found)

    with pytest.raises(NotAllowedNow) as refused:
        answer_finding(case_id=case.pk, detector="gold_plating", reply="agree", actor=_owner(case).user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]
    assert FindingAnswer.objects.count() == 0


def test_answer_is_refused_to_anybody_but_the_product_owner(now: datetime) -> None:
    case, _finding = _fired(now)
    other = UserFactory()
    TeamMemberFactory(case=case, user=other, role="engineering")

    with pytest.raises(Forbidden):
        answer_finding(case_id=case.pk, detector="gold_plating", reply="agree", actor=other, now=now)

    assert FindingAnswer.objects.count() == 0


def test_promise_is_broken_after_its_day_while_the_detector_fires(now: datetime) -> None:
    case, finding = _fired(now)
    answer_finding(
        case_id=case.pk, detector="gold_plating", reply="mend", mend_by=now.date() + 2 * DAY,
        actor=_owner(case).user, now=now,
    )  # fmt: skip

    (kept,) = findings_of(case, now=now + 2 * DAY)
    (late,) = findings_of(case, now=now + 3 * DAY)
    Finding.objects.filter(pk=finding.pk).update(state="clear", severity="")
    (mended,) = findings_of(case, now=now + 3 * DAY)

    assert kept.standing is not None
    assert late.standing is not None
    assert (kept.standing.broken, late.standing.broken, mended.standing) == (False, True, None)
    assert [answer.stands for answer in mended.answers] == [False]


def test_answer_to_an_earlier_time_does_not_stand_for_a_later_one(now: datetime) -> None:
    case, finding = _fired(now)
    answer_finding(case_id=case.pk, detector="gold_plating", reply="agree", actor=_owner(case).user, now=now)
    Finding.objects.filter(pk=finding.pk).update(first_seen_at=now + 9 * DAY)

    finding.refresh_from_db()

    assert standing_answer(finding) is None
    assert findings_of(case, now=now + 9 * DAY)[0].standing is None


def test_swamp_of_a_case_leaves_out_what_ended(now: datetime) -> None:
    case = UseCaseFactory(stage=1, with_spell=True)
    refresh_findings([case.pk], now=now)

    kinds = [signal.kind for signal in swamp_of(case)]

    assert kinds == ["idle", "no_active_owner"]
