"""Must items of published lists stand before a go: in the pre-check, frozen in the dossier, held by the decision."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.checklists import ListTerms, retire_checklist
from gates.commands.decisions import Ruling
from gates.commands.overrides import request_override
from gates.commands.reviews import open_voting
from gates.commands.sign_offs import sign_off
from gates.models import Dossier, GateReview, SignOff
from gates.queries.acts import evaluate_review
from gates.queries.checklists import checklist_of
from gates.queries.dossier import content_of
from gates.queries.precheck import precheck, precheck_blockers
from gates.queries.reading import read_dossier
from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.models import Activity
from scoring.queries.playbooks import current_playbook
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_stage_set
from tests.gates.test_checklist_templates import published

pytestmark = pytest.mark.django_db

RULE, ADVICE = ("1", "House rule", "Be kind", ""), ("2", "Advice", "Be quick", "no")
EVERYWHERE = ListTerms("own-list", "Our own list")
HOUR = timedelta(hours=1)


def sign(stage: StageSet, state: str, now: datetime, item: str = "own-list:1") -> None:
    given = {"comment": "Seen.", "revision_ids": (), "actor": stage.officer, "sign_in": TOKEN}
    sign_off(case_id=stage.case.pk, criterion=item, state=state, now=now, **given)


def latest(review: GateReview) -> Dossier:
    return review.dossiers.order_by("-revision")[0]


@pytest.mark.parametrize(("state", "recommended"), [("accepted", "go"), ("waived", "go"), ("returned", "not_ready")])
def test_vote_opens_once_the_must_item_is_signed(now: datetime, state: str, recommended: str) -> None:
    stage = a_stage_set(now)
    published(now - HOUR, RULE, terms=EVERYWHERE)

    found = precheck(stage.case, actor=stage.owner, now=now)
    review = stage.request(now)
    closes_at = now + timedelta(days=5)
    with pytest.raises(NotAllowedNow) as refused:
        open_voting(review_id=review.pk, closes_at=closes_at, actor=stage.chair, now=now)
    sign(stage, state, now + HOUR)

    assert [(missing.key, missing.who) for missing in found.to_sign] == [("own-list:1", "compliance")]
    assert (found.recommended, precheck_blockers(found)) == ("go", [])
    assert "House rule: Waits for the sign-off of compliance." in str(refused.value)
    assert evaluate_review(review, now=now + HOUR).recommended.outcome == recommended
    if recommended == "go":
        open_voting(review_id=review.pk, closes_at=closes_at, actor=stage.chair, now=now + HOUR)
        assert content_of(latest(review))["material"]["musts"]["own-list:1"] in ("pass", "waived")


def test_dossier_freezes_the_item_with_its_words_and_reason(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now - HOUR, RULE, terms=EVERYWHERE)

    content = content_of(latest(stage.request(now)))
    read = read_dossier(content, current_playbook())

    assert [(row.title, row.verdict, row.reason) for row in read.failing] == [
        ("House rule", "not_enough_evidence", "Waits for the sign-off of compliance.")
    ]
    assert content["extras"][0]["asks"] == "Be kind"


def test_dossier_of_a_case_without_lists_says_nothing_of_them(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now - HOUR, RULE, terms=ListTerms("own-list", "Our own list", gates=[1, 2, 3]))

    content = content_of(latest(stage.request(now)))

    assert "extras" not in content
    assert "own-list:1" not in content["material"]["musts"]


def test_decision_is_refused_while_the_item_is_taken_back(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now - HOUR, RULE, terms=EVERYWHERE)
    review = stage.request(now)
    sign(stage, "accepted", now)
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    stage.vote(review, stage.members[0], "go", now)
    sign(stage, "returned", now + HOUR)

    assert latest(review).reason == "material_change"
    assert content_of(latest(review))["material"]["musts"]["own-list:1"] == "returned"
    assert content_of(latest(review))["recommended"]["outcome"] == "not_ready"


def test_override_never_passes_over_the_item(now: datetime) -> None:
    stage = a_stage_set(now)
    published(now - HOUR, RULE, terms=EVERYWHERE)
    review = stage.request(now)
    sign(stage, "accepted", now)
    review = stage.closed_of(review, now, "conditional_go")
    # Nobody can sign any more, but what was signed may have lost its ground.
    SignOff.objects.filter(criterion="own-list:1").update(outdated_at=now + HOUR)

    with pytest.raises(NotAllowedNow) as refused:
        request_override(
            review_id=review.pk,
            ruling=Ruling("go", reason="To learn.", **FUNDING),
            actor=stage.chair,
            sign_in=TOKEN,
            now=now + HOUR,
        )

    assert "musts_open" in [blocker.code for blocker in refused.value.blockers]


def test_list_published_after_the_request_counts_for_the_next_one(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    before = latest(review).digest
    published(now + HOUR, RULE, terms=EVERYWHERE)
    later = now + 2 * HOUR

    for member in stage.members:
        stage.vote(review, member, "go", later)
    checklist = checklist_of(stage.case, now=later)

    assert checklist is not None
    assert checklist.item("own-list:1") is None
    assert evaluate_review(review, now=later).recommended.outcome == "go"
    assert latest(review).digest == before
    assert precheck(stage.case, actor=stage.owner, now=later).to_sign[0].key == "own-list:1"


def test_list_retired_after_the_request_is_still_asked_by_it(now: datetime) -> None:
    stage = a_stage_set(now)
    template = published(now - HOUR, RULE, terms=EVERYWHERE)
    review = stage.request(now)
    retire_checklist(template_id=template.pk, actor=None, now=now + HOUR)
    later = now + 2 * HOUR

    checklist = checklist_of(stage.case, now=later)

    assert checklist is not None
    assert checklist.item("own-list:1") is not None
    assert evaluate_review(review, now=later).recommended.outcome == "not_ready"
    sign(stage, "accepted", later)
    assert evaluate_review(review, now=later).recommended.outcome == "go"


def test_should_item_is_said_and_stops_nothing(now: datetime) -> None:
    stage = a_stage_set(now)
    terms = ListTerms("own-list", "Our own list")
    table = ("Nr", "Title", "Description", "Must")
    published(now - HOUR, ADVICE, terms=terms, columns=table)

    review = stage.voting(now)

    read = read_dossier(content_of(latest(review)), current_playbook())
    assert [row.title for row in read.shoulds_open if row.kind == "extra"] == ["Advice"]
    assert latest(review).recommended == "go"
    assert Activity.objects.filter(verb="review.voting_opened").count() == 1
