"""Following what changed: order, cursors, filters, and who is told what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.kernel.db import append_only_lifted
from pocgate.kernel.models import Counter
from pocgate.ledger.commands import Act, record
from pocgate.ledger.models import Activity
from pocgate.ledger.queries.feed import FEED_COUNTER
from portfolio.models import UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


def act(verb: str, case: UseCase | None = None, **values: Any) -> Activity:
    subject = case.pk if case else 1
    return record(Act(verb, "use_case", subject, case and case.pk, **values), actor=None, now=timezone.now())


def read(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get(f"{API}/events", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = assert_as_described(answer, "events")
    return found


def kinds(page: dict[str, Any]) -> list[str]:
    return [event["type"] for event in page["results"]]


def test_feed_goes_on_where_it_ended(caller: Caller) -> None:
    client, case = caller(), UseCaseFactory(number=7)
    start = read(client, after="latest")["next_after"]
    for verb in ("case.registered", "case.edited", "case.submitted"):
        act(verb, case, after={"title": verb})

    first = read(client, limit=2, after=start)
    second = read(client, limit=2, after=first["next_after"])
    third = read(client, limit=2, after=second["next_after"])
    act("case.moved", case)
    fourth = read(client, limit=2, after=third["next_after"])

    pages = [first, second, third, fourth]
    assert [kinds(page) for page in pages] == [
        ["case.registered", "case.edited"],
        ["case.submitted"],
        [],
        ["case.moved"],
    ]
    assert [page["has_more"] for page in pages] == [True, False, False, False]
    told = fourth["results"][0]
    assert (told["case"], told["case_sequence"]) == ("UC-0007", 4)
    assert told["sequence"] == first["results"][0]["sequence"] + 3
    assert first["results"][1]["after"] == {"title": "case.edited"}


def test_feed_of_one_case_and_of_some_kinds(caller: Caller) -> None:
    one, other = UseCaseFactory(number=7), UseCaseFactory(number=8)
    for verb in ("kpi.defined", "kpi.reading_recorded", "decision.made"):
        act(verb, one)
    act("decision.made", other)
    client = caller()

    assert kinds(read(client, case="UC-0007", type="kpi")) == ["kpi.defined", "kpi.reading_recorded"]
    assert kinds(read(client, type="decision.made")) == ["decision.made", "decision.made"]
    assert kinds(read(client, type="decision.made,kpi.defined", case="UC-7")) == ["kpi.defined", "decision.made"]


def test_cursor_passes_over_what_the_filter_left_out(caller: Caller, django_assert_max_num_queries: Any) -> None:
    case = UseCaseFactory(number=7)
    for _ in range(30):
        act("case.edited", case)
    client = caller()

    silent = read(client, type="decision", limit=1)
    with django_assert_max_num_queries(8):
        again = client.get(f"{API}/events", {"type": "decision", "after": silent["next_after"]})

    assert silent["results"] == []
    assert kinds(read(client, after=silent["next_after"])) == []
    assert (
        client.get(
            f"{API}/events",
            {"type": "decision", "after": silent["next_after"]},
            headers={"If-None-Match": again["ETag"]},
        ).status_code
        == 304
    )


def test_latest_begins_with_what_happens_from_now_on(caller: Caller) -> None:
    case = UseCaseFactory(number=7)
    act("case.edited", case)
    client = caller()

    begin = read(client, after="latest")
    act("case.moved", case)

    assert begin["results"] == []
    assert kinds(read(client, after=begin["next_after"])) == ["case.moved"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"after": "rubbish"}, "bad_cursor"),
        ({"after": ""}, "bad_cursor"),
        ({"type": "decision.made,nonsense"}, "unknown_value"),
        ({"type": ""}, "unknown_value"),
        ({"case": "7"}, "not_a_reference"),
        ({"limit": "1001"}, "out_of_range"),
        ({"since": "yesterday"}, "unknown_parameter"),
    ],
)
def test_feed_refuses_what_it_does_not_understand(caller: Caller, query: dict[str, str], code: str) -> None:
    answer = caller().get(f"{API}/events", query)

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_cursor_from_before_a_restore_is_refused_instead_of_skipping(caller: Caller) -> None:
    client, case = caller(), UseCaseFactory(number=7)
    act("case.registered", case)
    act("case.edited", case)
    cursor = read(client)["next_after"]
    with append_only_lifted():
        Activity.objects.filter(position=3).delete()
    Counter.objects.filter(name=FEED_COUNTER).update(value=2)

    lost = client.get(f"{API}/events", {"after": cursor})
    act("case.moved", case)
    overtaken = client.get(f"{API}/events", {"after": cursor})

    for answer in (lost, overtaken):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "feed_restored"


def test_feed_tells_a_person_of_their_cases_alone(caller: Caller) -> None:
    member, admin = UserFactory(), RoleGrantFactory(role="admin").user
    own, other = UseCaseFactory(number=7), UseCaseFactory(number=8)
    TeamMemberFactory(case=own, user=member)
    for case in (own, other, None):
        act("playbook.published" if case is None else "case.edited", case)

    seen = {person: read(caller(person)) for person in (member, admin)}

    assert [event["case"] for event in seen[member]["results"]] == ["UC-0007"]
    assert [event["case"] for event in seen[admin]["results"] if event["type"] == "case.edited"] == [
        "UC-0007",
        "UC-0008",
    ]
    assert "playbook.published" in kinds(seen[admin])
    assert caller(member).get(f"{API}/events", {"case": "UC-0008"}).status_code == 404


def test_feed_is_read_while_the_database_is_too_busy_to_place_events(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, case = caller(), UseCaseFactory(number=7)
    act("case.registered", case)
    before = read(client, case="UC-0007")
    act("case.edited", case)

    def locked() -> int:
        raise OperationalError("database is locked")

    with monkeypatch.context() as busy:
        busy.setattr("pocgate.api.events.place_events", locked)
        meanwhile = read(client, case="UC-0007", after=before["next_after"])
    later = read(client, case="UC-0007", after=meanwhile["next_after"])

    assert (kinds(meanwhile), kinds(later)) == ([], ["case.edited"])


def test_feed_tells_no_vote_and_not_that_there_was_one(caller: Caller) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    review = stage.voting(now)
    clients = [caller(person) for person in people(stage)]
    before = [client.get(f"{API}/events", {"limit": 1000}) for client in clients]

    vote(stage, review, now)
    after = [client.get(f"{API}/events", {"limit": 1000}) for client in clients]

    own = {"token.created"}
    for earlier, later in zip(before, after, strict=True):
        assert [event for event in later.json()["results"] if event["type"] not in own] == [
            event for event in earlier.json()["results"] if event["type"] not in own
        ]
    assert Activity.objects.filter(verb="review.voted").exists()


def people(stage: Any) -> list[User]:
    return [stage.chair, stage.owner, stage.members[0], RoleGrantFactory(role="admin").user]


def vote(stage: Any, review: Any, now: datetime) -> None:
    stage.vote(review, stage.members[2], "stop", now, rationale="Too dear.", confidence=37)
