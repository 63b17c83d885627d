"""Extra items, releases, and attesting again in bulk: only where nothing changed, with four eyes on each path."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.checklists import ListTerms
from gates.commands.sign_offs import attest_again, outdate_overtaken, sign_off
from gates.models import SignOff
from gates.queries.checklists import ChecklistItem, checklist_of
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Invalid, NotAllowedNow, RecentSignInRequired
from portfolio.models import CaseFact, Evidence, EvidenceRevision, Release, TierAssessment, UseCase
from scoring.models import CriterionAnswer
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set
from tests.gates.test_checklist_templates import FIRST, SECOND, published

pytestmark = pytest.mark.django_db

ALL_GATES = ListTerms("own-list", "Our own list")
EXTRA = "own-list:1-9"
DAY = timedelta(days=1)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def sign(stage: StageSet, criterion: str, now: datetime, **values: Any) -> SignOff:
    given = {
        "state": "accepted",
        "comment": "The register shows it.",
        "revision_ids": [],
        "actor": stage.officer,
    } | values
    return sign_off(case_id=stage.case.pk, criterion=criterion, sign_in=TOKEN, now=now, **given)


def again(stage: StageSet, now: datetime, *criteria: str, actor: User | None = None) -> list[SignOff]:
    actor = actor or stage.officer
    return attest_again(case_id=stage.case.pk, criteria=criteria, actor=actor, sign_in=TOKEN, now=now)


def item(stage: StageSet, key: str, now: datetime) -> ChecklistItem:
    checklist = checklist_of(UseCase.objects.get(pk=stage.case.pk), now=now)
    assert checklist is not None
    found = checklist.item(key)
    assert found is not None
    return found


def revision(stage: StageSet, **values: Any) -> EvidenceRevision:
    found: EvidenceRevision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=stage.case), **values)
    return found


def a_release(stage: StageSet, label: str, now: datetime, kind: str = "feature") -> Release:
    return Release.objects.create(case=stage.case, label=label, kind=kind, recorded_at=now)


def test_extra_items_stand_on_the_checklist_of_their_gate_and_tier(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now, *FIRST, terms=ALL_GATES)
    published(now, ("1", "Other gate", "", ""), terms=ListTerms("gate-three", "Three", gates=[3]))

    checklist = checklist_of(stage.case, now=now)

    assert checklist is not None
    extras = [(one.key, one.kind, one.level, one.state) for one in checklist.items if one.kind == "extra"]
    assert extras == [(EXTRA, "extra", "must", "open"), ("own-list:1-10", "extra", "must", "open")]


def test_extra_item_is_waived_with_a_comment_and_a_criterion_never_here(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now, *FIRST, terms=ALL_GATES)

    with pytest.raises(NotAllowedNow) as uncommented:
        sign(stage, EXTRA, now, state="waived", comment="")
    with pytest.raises(NotAllowedNow) as criterion:
        sign(stage, "privacy_screening", now, state="waived", comment="Later.")
    sign(stage, EXTRA, now, state="waived", comment="Not for a tool of this kind.")

    assert (codes(uncommented), codes(criterion)) == (["comment_missing"], ["not_waivable_here"])
    assert (item(stage, EXTRA, now).state, item(stage, EXTRA, now).is_due) == ("waived", False)
    assert SignOff.objects.count() == 1


def test_accepted_extra_item_is_looked_at_again_once_its_wording_changes(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now, *FIRST, terms=ALL_GATES)
    sign(stage, EXTRA, now)
    sign(stage, "own-list:1-10", now)

    published(now + DAY, FIRST[0], SECOND[0], terms=ALL_GATES)

    states = [item(stage, key, now + DAY).state for key in (EXTRA, "own-list:1-10")]
    assert states == ["outdated", "accepted"]
    assert [change.code for change in item(stage, EXTRA, now + DAY).changes] == ["item_reworded"]


def test_accepted_extra_item_expires_after_its_days(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now, *FIRST, terms=ALL_GATES)
    signed = sign(stage, EXTRA, now)

    assert item(stage, EXTRA, now + 900 * DAY).state == "accepted"
    assert signed.kind == "extra"


def test_signature_bound_to_a_release_is_outdated_by_the_next_but_not_by_a_rollback(now: datetime) -> None:
    stage = a_stage_set(now)
    first = a_release(stage, "1.0", now)
    sign(stage, "privacy_screening", now, release_id=first.pk)
    sign(stage, "tier_confirmed", now)

    a_release(stage, "0.9 again", now + DAY, "rollback")
    kept = item(stage, "privacy_screening", now + DAY).state
    marked_before = outdate_overtaken(now=now + DAY)
    a_release(stage, "1.1", now + DAY)

    assert (kept, marked_before) == ("accepted", 0)
    assert item(stage, "privacy_screening", now + DAY).state == "outdated"
    assert item(stage, "tier_confirmed", now + DAY).state == "accepted"
    assert [outdate_overtaken(now=now + DAY) for _ in range(2)] == [1, 0]
    answer = CriterionAnswer.objects.get(criterion="privacy_screening", superseded_at__isnull=True)
    assert answer.answer == "outdated"


def test_signature_on_evidence_that_was_withdrawn_is_outdated(now: datetime) -> None:
    stage = a_stage_set(now)
    seen = revision(stage)
    sign(stage, "privacy_screening", now, revision_ids=[seen.pk])

    Evidence.objects.filter(pk=seen.evidence_id).update(withdrawn_at=now + DAY)

    assert item(stage, "privacy_screening", now + DAY).state == "outdated"
    assert outdate_overtaken(now=now + DAY) == 1


def test_release_of_another_case_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    foreign = Release.objects.create(case=UseCaseFactory(), label="1.0", recorded_at=now)

    with pytest.raises(Invalid):
        sign(stage, "privacy_screening", now, release_id=foreign.pk)


def test_bulk_attests_what_did_not_change_bound_to_the_same(now: datetime) -> None:
    stage = a_stage_set(now)
    seen, release = revision(stage), a_release(stage, "1.0", now)
    sign(stage, "privacy_screening", now, revision_ids=[seen.pk], release_id=release.pk)
    sign(stage, "tier_confirmed", now)

    signed = again(stage, now + DAY, "privacy_screening", "tier_confirmed")

    assert [one.criterion for one in signed] == ["privacy_screening", "tier_confirmed"]
    assert list(signed[0].revisions.values_list("revision", flat=True)) == [seen.pk]
    assert (signed[0].release, signed[0].signed_at) == (release, now + DAY)
    assert SignOff.objects.filter(superseded_at__isnull=True).count() == 2


def test_bulk_keeps_why_no_evidence_is_needed_and_refuses_what_never_said_it(now: datetime) -> None:
    stage = a_stage_set(now)
    sign(stage, "tier_confirmed", now, comment="The register shows it.")
    signed_by = {"signed_by": stage.officer, "signed_at": now}
    SignOff.objects.create(
        case=stage.case, criterion="privacy_screening", kind="sign_off", gate=0, state="accepted", **signed_by
    )

    (signed,) = again(stage, now + DAY, "tier_confirmed")
    with pytest.raises(NotAllowedNow) as refused:
        again(stage, now + DAY, "privacy_screening")

    assert signed.comment == "The register shows it."
    assert codes(refused) == ["evidence_unnamed"]
    assert not item(stage, "privacy_screening", now + DAY).can_be_attested_again


def test_bulk_is_refused_whole_and_names_what_changed(now: datetime) -> None:
    stage = a_stage_set(now)
    seen = revision(stage)
    sign(stage, "privacy_screening", now, revision_ids=[seen.pk])
    sign(stage, "tier_confirmed", now)
    EvidenceRevisionFactory(evidence=seen.evidence, number=2)
    CaseFact.objects.filter(case=stage.case, key="affects_people").update(valid_until=now + DAY)
    CaseFact.objects.create(case=stage.case, key="affects_people", value="yes", valid_from=now + DAY)

    with pytest.raises(NotAllowedNow) as refused:
        again(stage, now + 2 * DAY, "tier_confirmed", "privacy_screening", "preliminary_plan")

    texts = [blocker.text for blocker in refused.value.blockers]
    assert codes(refused) == ["changed_since", "changed_since", "changed_since", "not_accepted_before"]
    assert any("has revision 2; revision 1 was signed" in text for text in texts)
    assert sum("decisions about people" in text and "from no to yes" in text for text in texts) == 2
    assert SignOff.objects.count() == 2


def test_bulk_keeps_four_eyes_and_a_recent_sign_in(now: datetime, settings: Any) -> None:
    stage = a_stage_set(now)
    uploader, on_team = (RoleGrantFactory(role="compliance").user for _ in range(2))
    TeamMemberFactory(case=stage.case, user=on_team, role="compliance")
    sign(stage, "privacy_screening", now, revision_ids=[revision(stage, uploaded_by=uploader).pk])

    found = []
    for actor in (uploader, on_team, stage.owner):
        with pytest.raises(NotAllowedNow) as refused:
            again(stage, now + DAY, "privacy_screening", actor=actor)
        found.append(codes(refused))
    old = SignIn(at=now - settings.RECENT_SIGN_IN)
    with pytest.raises(RecentSignInRequired):
        attest_again(case_id=stage.case.pk, criteria=["x"], actor=stage.officer, sign_in=old, now=now)
    with pytest.raises(NotAllowedNow) as nothing:
        again(stage, now)

    assert found == [["own_evidence"], ["in_conflict"], ["not_compliance", "in_conflict"]]
    assert codes(nothing) == ["nothing_chosen"]
    assert SignOff.objects.count() == 1


def test_own_evidence_that_the_answer_names_is_not_signed_by_leaving_it_unticked(now: datetime) -> None:
    stage = a_stage_set(now)
    answer = CriterionAnswer.objects.get(criterion="preliminary_plan", superseded_at__isnull=True)
    uploader, author = (RoleGrantFactory(role="compliance").user for _ in range(2))
    own = revision(stage, uploaded_by=uploader)
    answer.evidence.create(revision=own, named_at=now)
    answer.author = author
    answer.save()

    found = []
    for actor in (uploader, author):
        with pytest.raises(NotAllowedNow) as refused:
            sign(stage, "preliminary_plan", now, actor=actor)
        found.append(codes(refused))

    assert found == [["own_evidence"], ["own_answer"]]


def test_accepting_the_tier_puts_the_named_one_in_force(now: datetime) -> None:
    stage = a_stage_set(now)

    sign(stage, "tier_confirmed", now, tier="limited", comment="It talks to customers.")

    stage.case.refresh_from_db()
    assert stage.case.tier == "limited"
    fact = CaseFact.objects.get(case=stage.case, key="tier", valid_until__isnull=True)
    assert (fact.value, fact.recorded_by, fact.reason) == ("limited", stage.officer, "It talks to customers.")
    assert item(stage, "tier_confirmed", now).state == "accepted"


def test_tier_that_changes_after_its_confirmation_has_to_be_confirmed_again(now: datetime) -> None:
    stage = a_stage_set(now)
    sign(stage, "tier_confirmed", now)

    CaseFact.objects.filter(case=stage.case, key="tier").update(valid_until=now + DAY)
    CaseFact.objects.create(case=stage.case, key="tier", value="high", valid_from=now + DAY)

    assert item(stage, "tier_confirmed", now + DAY).state == "outdated"
    assert outdate_overtaken(now=now + DAY) == 1


def test_tier_that_nobody_assessed_is_not_confirmed_until_the_questionnaire_proposes_one(now: datetime) -> None:
    stage = a_stage_set(now)
    CaseFact.objects.filter(case=stage.case, key="tier").update(value="unassessed")

    with pytest.raises(NotAllowedNow) as refused:
        sign(stage, "tier_confirmed", now)
    TierAssessment.objects.create(
        case=stage.case, questionnaire=1, proposed_tier="limited", proposed_role="deployer", answered_at=now
    )
    sign(stage, "tier_confirmed", now)

    assert codes(refused) == ["tier_unassessed"]
    facts = CaseFact.objects.filter(case=stage.case, valid_until__isnull=True, key__in=["tier", "role"])
    assert dict(facts.values_list("key", "value")) == {"tier": "limited", "role": "deployer"}


def test_after_a_pivot_the_tier_is_asked_anew_before_it_is_confirmed(now: datetime) -> None:
    stage = a_stage_set(now)
    sign(stage, "tier_confirmed", now)
    UseCase.objects.filter(pk=stage.case.pk).update(iteration=2)
    stage.case.spells.update(iteration=2, entered_at=now + DAY)

    with pytest.raises(NotAllowedNow) as refused:
        sign(stage, "tier_confirmed", now + 2 * DAY)
    state = item(stage, "tier_confirmed", now + 2 * DAY).state
    TierAssessment.objects.create(
        case=stage.case, questionnaire=1, proposed_tier="minimal", answered_at=now + 2 * DAY, answered_by=UserFactory()
    )
    sign(stage, "tier_confirmed", now + 3 * DAY)

    assert (codes(refused), state) == (["tier_not_asked_anew"], "outdated")
    assert item(stage, "tier_confirmed", now + 3 * DAY).state == "accepted"
