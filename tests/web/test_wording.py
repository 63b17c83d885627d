"""Every verb that a command records has words, and a vote's content has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone

from pocgate.ledger.commands import Act, record
from pocgate.ledger.enums import NEVER_TOLD, NOUNS
from pocgate.ledger.enums import VERBS as TOLD_VERBS
from pocgate.web.queries.changes import events_page
from pocgate.web.wording import VERBS, wording_of
from tests.factories.identity import UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("portfolio", "scoring", "gates", "pocgate/identity", "pocgate/inbox", "pocgate/api")
RECORDED = re.compile(r"(?:Act|tell)\(\s*\"([a-z_]+\.[a-z_]+)\"")


def test_every_recorded_verb_is_worded() -> None:
    recorded = {
        verb
        for source in SOURCES
        for path in (ROOT / source).rglob("*.py")
        for verb in RECORDED.findall(path.read_text(encoding="utf-8"))
    }

    assert recorded - set(VERBS) == set()


def test_programs_can_ask_for_every_verb_but_votes() -> None:
    assert set(TOLD_VERBS) == set(VERBS) - set(NEVER_TOLD)
    assert list(NOUNS) == sorted(NOUNS)


def test_unknown_verb_is_shown_in_its_own_words() -> None:
    assert wording_of("meeting.agenda_changed").text == "meeting: agenda changed"


@pytest.mark.django_db
def test_vote_is_listed_without_its_content() -> None:
    from pocgate.ledger.models import Activity

    voter = UserFactory()
    act = Act("review.voted", "gate_review", 1, after={"outcome": "stop", "seat": 4})
    record(act, actor=voter, now=timezone.now())

    (event,) = events_page(Activity.objects.select_related("actor", "on_behalf_of"), before=None).events

    assert event.actor == voter
    assert list(event.changes) == []
