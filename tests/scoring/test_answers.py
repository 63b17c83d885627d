"""Who may say what about a criterion: computed ones never, verification by another person, evidence of the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, Stale
from pocgate.ledger.models import Activity
from portfolio.models import Evidence, EvidenceRevision, UseCase
from scoring.commands.answers import answer_criterion, attach_revision_to_answer, verify_answer
from scoring.commands.readiness import recompute_cases
from scoring.commands.sign_offs import outdate_sign_off, record_sign_off
from scoring.models import CriterionAnswer, CriterionResult
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import CriterionAnswerFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def case() -> UseCase:
    made: UseCase = UseCaseFactory(stage=2)
    return made


@pytest.fixture
def owner(case: UseCase) -> User:
    member: User = TeamMemberFactory(case=case).user
    return member


def _revision(case: UseCase, now: datetime, number: int = 1, evidence: Evidence | None = None) -> EvidenceRevision:
    made: EvidenceRevision = EvidenceRevisionFactory(
        evidence=evidence or EvidenceFactory(case=case), number=number, uploaded_at=now
    )
    return made


def _verdict(case: UseCase, criterion: str, now: datetime) -> str:
    recompute_cases([case.pk], now=now)
    return str(CriterionResult.objects.get(case=case, criterion=criterion).verdict)


def _unchanged(case: UseCase) -> bool:
    version = UseCase.objects.get(pk=case.pk).requested_version
    return version == case.requested_version and not CriterionAnswer.objects.exists() and not Activity.objects.exists()


def test_answer_with_evidence_passes_and_wakes_the_worker(
    case: UseCase,
    owner: User,
    now: datetime,
    sent_tasks: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    revision = _revision(case, now)

    with django_capture_on_commit_callbacks(execute=True):
        answer_criterion(
            case_id=case.pk,
            criterion="lineage",
            answer="met",
            note=" from source to model ",
            revision_ids=[revision.pk],
            actor=owner,
            now=now,
        )

    given = CriterionAnswer.objects.get()
    assert (given.note, given.author, given.iteration) == ("from source to model", owner, 1)
    assert sent_tasks == [("scoring.recompute_case", {"case_id": case.pk})]
    assert _verdict(case, "lineage", now) == "pass"
    assert Activity.objects.get(verb="answer.given").after["revisions"] == [revision.pk]


def test_answer_again_supersedes_and_loses_the_verification(case: UseCase, owner: User, now: datetime) -> None:
    first = CriterionAnswerFactory(
        case=case, criterion="lineage", verified_by=UserFactory(), verified_at=now, answered_at=now
    )

    answer_criterion(case_id=case.pk, criterion="lineage", answer="partly", actor=owner, now=now + DAY)

    first.refresh_from_db()
    current = CriterionAnswer.objects.get(superseded_at__isnull=True)
    assert (first.superseded_at, current.answer, current.verified_at) == (now + DAY, "partly", None)


def test_answer_repeated_word_for_word_changes_nothing(case: UseCase, owner: User, now: datetime) -> None:
    revision = _revision(case, now)
    given = [
        answer_criterion(
            case_id=case.pk,
            criterion="lineage",
            answer="met",
            revision_ids=[revision.pk],
            actor=owner,
            now=now + number * DAY,
        )
        for number in range(2)
    ]

    assert given[0] == given[1]
    assert CriterionAnswer.objects.count() == 1
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(
    ("criterion", "code"), [("business_owner", "computed_criterion"), ("tier_confirmed", "signed_criterion")]
)
def test_answer_to_what_nobody_may_tick_is_refused(
    criterion: str, code: str, case: UseCase, owner: User, now: datetime
) -> None:
    with pytest.raises(NotAllowedNow) as refused:
        answer_criterion(case_id=case.pk, criterion=criterion, answer="met", actor=owner, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]
    assert _unchanged(case)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"criterion": "no_such", "answer": "met"}, "unknown_criterion"),
        ({"answer": "splendid"}, "unknown_answer"),
        ({"answer": "accepted"}, "unknown_answer"),
        ({"answer": "not_applicable", "note": "  "}, "note_missing"),
        ({"answer": "met", "note": "a\x00b"}, "text_unreadable"),
        ({"answer": "met", "revision_ids": [4711]}, "unknown_revision"),
    ],
)
def test_answer_with_bad_values_is_refused(
    given: dict[str, Any], code: str, case: UseCase, owner: User, now: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        answer_criterion(**{"case_id": case.pk, "criterion": "lineage", "actor": owner, "now": now, **given})

    assert [problem.code for problem in refused.value.problems] == [code]
    assert _unchanged(case)


def test_answer_with_evidence_of_another_case_or_withdrawn_is_refused(
    case: UseCase, owner: User, now: datetime
) -> None:
    withdrawn = _revision(case, now, evidence=EvidenceFactory(case=case, withdrawn_at=now))
    foreign = _revision(UseCaseFactory(), now)

    for revision in (withdrawn, foreign):
        with pytest.raises(Invalid):
            answer_criterion(
                case_id=case.pk, criterion="lineage", answer="met", revision_ids=[revision.pk], actor=owner, now=now
            )

    assert _unchanged(case)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "draft", "stage": None}, "case_is_draft"),
        ({"status": "stopped"}, "case_ended"),
        ({"records_locked_at": datetime.fromisoformat("2026-11-23T08:00:00+00:00")}, "records_locked"),
    ],
)
def test_answer_while_the_case_is_not_open_is_refused(
    change: dict[str, Any], code: str, case: UseCase, owner: User, now: datetime
) -> None:
    UseCase.objects.filter(pk=case.pk).update(**change)

    with pytest.raises(NotAllowedNow) as refused:
        answer_criterion(case_id=case.pk, criterion="lineage", answer="met", actor=owner, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]
    assert _unchanged(case)


@pytest.mark.parametrize("role", ["admin", "compliance", "chair", "sponsor", "auditor", "product_owner"])
def test_answer_by_somebody_off_the_team_is_refused(role: str, case: UseCase, now: datetime) -> None:
    with pytest.raises(Forbidden):
        answer_criterion(
            case_id=case.pk, criterion="lineage", answer="met", actor=RoleGrantFactory(role=role).user, now=now
        )

    assert _unchanged(case)


def test_must_from_gate_two_counts_in_full_only_once_verified(case: UseCase, owner: User, now: datetime) -> None:
    revision = _revision(case, now)
    answer_criterion(
        case_id=case.pk,
        criterion="quality_sla",
        answer="met",
        revision_ids=[revision.pk],
        actor=owner,
        now=now,
    )
    claimed = _verdict(case, "quality_sla", now)

    verify_answer(case_id=case.pk, criterion="quality_sla", actor=RoleGrantFactory(role="compliance").user, now=now)

    assert [claimed, _verdict(case, "quality_sla", now)] == ["not_enough_evidence", "pass"]


def test_verify_by_the_role_on_the_team_works_and_by_another_is_refused(case: UseCase, now: datetime) -> None:
    CriterionAnswerFactory(case=case, criterion="quality_sla")
    data_owner = TeamMemberFactory(case=case, role="data_owner").user
    engineer = TeamMemberFactory(case=case, role="engineering").user

    with pytest.raises(Forbidden):
        verify_answer(case_id=case.pk, criterion="quality_sla", actor=engineer, now=now)
    verify_answer(case_id=case.pk, criterion="quality_sla", actor=data_owner, now=now)

    assert CriterionAnswer.objects.get().verified_by == data_owner


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"answer": "not_met"}, "nothing_to_verify"),
        ({"imported": True}, "nothing_to_verify"),
        ({"superseded_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")}, "nothing_to_verify"),
    ],
)
def test_verify_what_claims_nothing_is_refused(answer: dict[str, Any], code: str, case: UseCase, now: datetime) -> None:
    CriterionAnswerFactory(case=case, criterion="quality_sla", **answer)

    with pytest.raises(NotAllowedNow) as refused:
        verify_answer(case_id=case.pk, criterion="quality_sla", actor=RoleGrantFactory(role="compliance").user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]


def test_verify_own_answer_twice_or_a_superseded_one_is_refused(case: UseCase, now: datetime) -> None:
    officer = RoleGrantFactory(role="compliance").user
    answer = CriterionAnswerFactory(case=case, criterion="quality_sla", author=officer)

    with pytest.raises(NotAllowedNow, match="another person"):
        verify_answer(case_id=case.pk, criterion="quality_sla", actor=officer, now=now)
    other = RoleGrantFactory(role="compliance").user
    with pytest.raises(Stale):
        verify_answer(case_id=case.pk, criterion="quality_sla", answer_id=answer.pk + 1, actor=other, now=now)
    verify_answer(case_id=case.pk, criterion="quality_sla", answer_id=answer.pk, actor=other, now=now)
    with pytest.raises(NotAllowedNow, match="already"):
        verify_answer(case_id=case.pk, criterion="quality_sla", actor=other, now=now)


def test_attach_revision_renews_an_answer_and_keeps_its_verification(case: UseCase, owner: User, now: datetime) -> None:
    answer = CriterionAnswerFactory(
        case=case, criterion="quality_sla", verified_by=UserFactory(), verified_at=now, answered_at=now
    )
    later = now + 200 * DAY
    revision = _revision(case, later)

    for _ in range(2):
        attach_revision_to_answer(
            case_id=case.pk, criterion="quality_sla", revision_ids=[revision.pk], actor=owner, now=later
        )

    answer.refresh_from_db()
    assert answer.verified_at == now
    assert answer.evidence.count() == 1
    assert Activity.objects.filter(verb="answer.evidence_linked").count() == 1
    assert _verdict(case, "quality_sla", later) == "pass"


def test_attach_without_an_answer_or_evidence_is_refused(case: UseCase, owner: User, now: datetime) -> None:
    revision = _revision(case, now)

    with pytest.raises(NotAllowedNow):
        attach_revision_to_answer(
            case_id=case.pk, criterion="quality_sla", revision_ids=[revision.pk], actor=owner, now=now
        )
    with pytest.raises(Invalid):
        attach_revision_to_answer(case_id=case.pk, criterion="quality_sla", revision_ids=[], actor=owner, now=now)


def test_sign_off_passes_until_new_evidence_or_being_outdated(case: UseCase, now: datetime) -> None:
    evidence = EvidenceFactory(case=case)
    seen = _revision(case, now, evidence=evidence)
    officer = UserFactory()

    def sign(state: str, moment: datetime) -> None:
        record_sign_off(
            case_id=case.pk,
            criterion="security_review",
            state=state,
            comment="looked at",
            revision_ids=[seen.pk],
            actor=officer,
            now=moment,
        )

    sign("returned", now)
    verdicts = [_verdict(case, "security_review", now)]
    sign("accepted", now + DAY)
    verdicts.append(_verdict(case, "security_review", now + DAY))
    _revision(case, now + 2 * DAY, number=2, evidence=evidence)
    verdicts.append(_verdict(case, "security_review", now + 2 * DAY))
    sign("accepted", now + 3 * DAY)
    outdated = [outdate_sign_off(case_id=case.pk, criterion="security_review", now=now + 4 * DAY) for _ in range(2)]
    verdicts.append(_verdict(case, "security_review", now + 4 * DAY))

    assert verdicts == ["returned", "pass", "stale", "stale"]
    assert outdated == [True, False]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"state": "returned", "comment": ""}, Invalid),
        ({"state": "met"}, Invalid),
        ({"criterion": "lineage"}, NotAllowedNow),
        ({"criterion": "business_owner"}, NotAllowedNow),
        ({"revision_ids": [4711]}, Invalid),
    ],
)
def test_sign_off_that_makes_no_sense_is_refused(
    given: dict[str, Any], error: type[Exception], case: UseCase, now: datetime
) -> None:
    usual = {"criterion": "security_review", "state": "accepted", "comment": "", "revision_ids": []}

    with pytest.raises(error):
        record_sign_off(**{"case_id": case.pk, "actor": UserFactory(), "now": now, **usual, **given})

    assert _unchanged(case)
