"""Compliance's checklist: four eyes, evidence that was seen, and newer evidence that outdates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.reviews import close_voting
from gates.commands.sign_offs import outdate_overtaken, sign_off
from gates.models import SignOff
from gates.queries.checklists import checklist_of, checklists_of
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Invalid, NotAllowedNow, RecentSignInRequired, Stale
from pocgate.ledger.models import Activity
from portfolio.models import EvidenceRevision, UseCase
from scoring.models import CriterionAnswer
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory
from tests.factories.stage_set import SIGNED_AT_GATE_0, TOKEN, StageSet, a_case, a_stage_set

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def unsigned(now: datetime) -> StageSet:
    """A case that misses nothing for gate 0 but the signatures of compliance."""
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0).update(superseded_at=now)
    return stage


def sign(
    stage: StageSet,
    now: datetime,
    criterion: str = "tier_confirmed",
    *,
    state: str = "accepted",
    comment: str | None = None,
    revisions: Sequence[EvidenceRevision] = (),
    actor: User | None = None,
    sign_in: SignIn = TOKEN,
) -> SignOff:
    return sign_off(
        case_id=stage.case.pk,
        criterion=criterion,
        state=state,
        comment=comment if comment is not None else _said(state, revisions),
        revision_ids=[revision.pk for revision in revisions],
        actor=actor or stage.officer,
        sign_in=sign_in,
        now=now,
    )


def _said(state: str, revisions: Sequence[EvidenceRevision]) -> str:
    return "The register shows it." if state == "accepted" and not revisions else ""


def states(stage: StageSet, now: datetime) -> dict[str, str]:
    checklist = checklist_of(UseCase.objects.get(pk=stage.case.pk), now=now)
    assert checklist is not None
    return {item.key: item.state for item in checklist.items}


def test_checklist_holds_each_signed_criterion_and_a_countersignature_per_attested_governance(now: datetime) -> None:
    stage = unsigned(now)

    checklist = checklist_of(stage.case, now=now)

    assert checklist is not None
    assert {(item.key, item.kind) for item in checklist.items} == {
        ("tier_confirmed", "sign_off"),
        ("privacy_screening", "sign_off"),
        ("preliminary_plan", "countersign"),
    }
    assert [item.key for item in checklist.due] == ["tier_confirmed", "preliminary_plan", "privacy_screening"]


def test_accepted_sign_off_is_bound_to_its_revisions_and_counts_for_readiness(now: datetime) -> None:
    stage = unsigned(now)
    review = stage.request(now)
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case))

    signed = sign(stage, now, revisions=[revision])

    assert states(stage, now)["tier_confirmed"] == "accepted"
    assert list(signed.revisions.values_list("revision", flat=True)) == [revision.pk]
    answer = CriterionAnswer.objects.get(criterion="tier_confirmed", superseded_at__isnull=True)
    assert (answer.answer, answer.author) == ("accepted", stage.officer)
    review.refresh_from_db()
    assert review.state == "in_preparation"
    act = Activity.objects.get(verb="sign_off.accepted")
    assert act.after["revisions"] == [{"id": revision.pk, "sha256": revision.sha256}]


def test_acceptance_on_no_evidence_says_why_none_is_needed(now: datetime) -> None:
    stage = unsigned(now)
    before = (CriterionAnswer.objects.count(), Activity.objects.count())

    with pytest.raises(Invalid) as refused:
        sign(stage, now, comment=" ")

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [("comment", "evidence_unnamed")]
    assert (SignOff.objects.count(), CriterionAnswer.objects.count(), Activity.objects.count()) == (0, *before)
    assert sign(stage, now, comment="The register shows it.").comment == "The register shows it."
    assert sign(stage, now, "privacy_screening", revisions=[EvidenceRevisionFactory(evidence__case=stage.case)]).pk


def test_countersignature_verifies_the_answer(now: datetime) -> None:
    stage = unsigned(now)

    sign(stage, now, "preliminary_plan")

    answer = CriterionAnswer.objects.get(criterion="preliminary_plan", superseded_at__isnull=True)
    assert (answer.verified_by, answer.answer) == (stage.officer, "met")
    assert states(stage, now)["preliminary_plan"] == "accepted"


def test_return_needs_a_comment_and_tells_the_owner(now: datetime) -> None:
    stage = unsigned(now)

    with pytest.raises(NotAllowedNow) as refused:
        sign(stage, now, state="returned")
    sign(stage, now, state="returned", comment="Say which law this falls under.")

    assert codes(refused) == ["comment_missing"]
    assert states(stage, now)["tier_confirmed"] == "returned"
    told = Notification.objects.get(subject_type="sign_off")
    assert (told.user, told.occasion) == (stage.owner, "returned")
    with pytest.raises(NotAllowedNow) as not_ready:
        stage.request(now)
    assert "not_ready" in codes(not_ready)


def test_returned_item_waits_for_compliance_again_once_evidence_came(now: datetime) -> None:
    stage = unsigned(now)
    sign(stage, now, state="returned", comment="No register entry.")

    EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), uploaded_at=now + timedelta(hours=1))

    assert states(stage, now + timedelta(hours=2))["tier_confirmed"] == "outdated"


def test_sign_off_by_others_on_the_team_or_on_own_evidence_is_refused_and_nothing_changes(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    stage = unsigned(now)
    on_team = RoleGrantFactory(role="compliance").user
    TeamMemberFactory(case=stage.case, user=on_team, role="compliance", ended_at=now - timedelta(days=30))
    own = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), uploaded_by=stage.officer)
    service = RoleGrantFactory(role="compliance").user
    service.kind = "service"
    service.save()
    before = (CriterionAnswer.objects.count(), Activity.objects.count())

    found = []
    with django_capture_on_commit_callbacks(execute=True):
        for actor, revisions in [(stage.owner, []), (on_team, []), (service, []), (stage.officer, [own])]:
            with pytest.raises(NotAllowedNow) as refused:
                sign(stage, now, actor=actor, revisions=revisions)
            found.append(codes(refused))

    assert found == [["not_compliance", "in_conflict"], ["in_conflict"], ["not_compliance"], ["own_evidence"]]
    assert SignOff.objects.count() == 0
    assert (CriterionAnswer.objects.count(), Activity.objects.count()) == before
    assert sent_tasks == []


def test_sign_off_of_what_is_not_on_the_checklist_or_with_an_unknown_result_is_refused(now: datetime) -> None:
    stage = unsigned(now)

    with pytest.raises(NotAllowedNow) as not_on_it:
        sign(stage, now, "security_review")
    with pytest.raises(NotAllowedNow) as unknown:
        sign(stage, now, state="maybe")
    with pytest.raises(Invalid):
        sign(stage, now, revisions=[EvidenceRevisionFactory()])

    assert codes(not_on_it) == ["not_on_checklist"]
    assert codes(unknown) == ["unknown_result"]


def test_sign_off_without_a_recent_sign_in_is_refused(now: datetime, settings: Any) -> None:
    stage = unsigned(now)

    with pytest.raises(RecentSignInRequired):
        sign(stage, now, sign_in=SignIn(at=now - settings.RECENT_SIGN_IN))


def test_sign_off_on_a_revision_that_is_no_longer_the_latest_is_stale(now: datetime) -> None:
    stage = unsigned(now)
    evidence = EvidenceFactory(case=stage.case)
    seen = EvidenceRevisionFactory(evidence=evidence)
    EvidenceRevisionFactory(evidence=evidence, number=2)

    with pytest.raises(Stale):
        sign(stage, now, revisions=[seen])


def test_newer_revision_outdates_the_signature_once_and_counts_against_readiness(now: datetime) -> None:
    stage = unsigned(now)
    evidence = EvidenceFactory(case=stage.case)
    sign(stage, now, revisions=[EvidenceRevisionFactory(evidence=evidence)])
    EvidenceRevisionFactory(evidence=evidence, number=2, uploaded_at=now + timedelta(hours=1))

    at_once = states(stage, now + timedelta(hours=1))
    marked = [outdate_overtaken(now=now + timedelta(hours=2)) for _ in range(3)]

    assert at_once["tier_confirmed"] == "outdated"
    assert marked == [1, 0, 0]
    answer = CriterionAnswer.objects.get(criterion="tier_confirmed", superseded_at__isnull=True)
    assert answer.answer == "outdated"
    assert Notification.objects.filter(user=stage.officer, occasion="outdated").count() == 1
    assert SignOff.objects.get().outdated_at == now + timedelta(hours=2)


def test_return_while_voting_freezes_a_revision_that_makes_votes_stale(now: datetime) -> None:
    stage = unsigned(now)
    for criterion in SIGNED_AT_GATE_0:
        sign(stage, now, criterion)
    review = stage.voting(now)
    stage.vote(review, stage.members[0], "go", now)

    sign(stage, now + timedelta(hours=1), state="returned", comment="The register says otherwise.")

    latest = review.dossiers.order_by("-revision")[0]
    assert (latest.revision, latest.reason, latest.recommended) == (3, "material_change", "not_ready")
    assert Notification.objects.filter(occasion="revision-3", user=stage.members[0]).count() == 1


def test_sign_off_after_the_close_of_the_vote_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.closed(now)

    with pytest.raises(NotAllowedNow) as refused:
        sign(stage, now)

    assert codes(refused) == ["checklist_closed"]


def test_who_signed_for_compliance_votes_without_weight(now: datetime) -> None:
    stage = a_stage_set(now)
    signer = stage.members[2]
    RoleGrantFactory(user=signer, role="compliance")
    sign(stage, now, "preliminary_plan", actor=signer)
    review = stage.voting(now)

    stage.vote(review, stage.members[0], "go", now)
    stage.vote(review, stage.members[1], "go", now)
    stage.vote(review, signer, "stop", now)
    closed = close_voting(review_id=review.pk, actor=stage.chair, now=now)

    assert closed.tally["weights"]["stop"] == "0"
    assert closed.tally["voters"] == 3


@pytest.mark.parametrize("count", [1, 3])
def test_checklists_of_many_cases_take_the_same_queries(
    now: datetime, count: int, django_assert_num_queries: Any
) -> None:
    cases = [a_case(now)[0] for _ in range(count)]

    with django_assert_num_queries(12):
        checklists = checklists_of(cases, now=now)

    assert len(checklists) == count
