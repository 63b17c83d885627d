"""The playbook says which changes are material: those void the votes that were cast before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.dossiers import refreeze_when_material
from portfolio.models import ScopeItem
from scoring.commands.playbooks import publish_playbook
from scoring.queries.playbooks import default_playbook_text, playbook_problems
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db
SHIPPED = "material: [recommended, musts, caps, tier, scope, sign_offs_taken_back]"


@pytest.mark.parametrize(
    ("listed", "voids"), [(SHIPPED, True), ("material: [scope]", True), ("material: [recommended, musts]", False)]
)
def test_change_of_scope_voids_votes_where_the_playbook_calls_it_material(
    now: datetime, listed: str, voids: bool
) -> None:
    text = default_playbook_text()
    assert SHIPPED in text
    publish_playbook(text=text.replace(SHIPPED, listed) + "# Ours.\n", actor=None, now=now)
    stage = a_stage_set(now)
    review = stage.voting(now)
    stage.vote(review, stage.members[0], "go", now)
    ScopeItem.objects.create(case=stage.case, kind="in", text="Letters from abroad", added_at=now)

    dossier = refreeze_when_material(review_id=review.pk, actor=None, now=now + timedelta(hours=1))

    assert (dossier is not None) is voids


def test_word_that_names_nothing_material_is_refused_with_its_line() -> None:
    text = default_playbook_text().replace(SHIPPED, "material: [weather]")

    (problem,) = playbook_problems(text)

    assert text.splitlines()[problem.line - 1].strip() == "material: [weather]"
