"""Webhooks: signed, thin, at least once, tried again, replayed, and disabled when nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.inbox.tasks import tell_webhook_disabled
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.kernel.models import Job
from pocgate.ledger.commands import Act, record
from pocgate.ledger.commands.deliveries import (
    claim_delivery,
    forget_deliveries,
    make_deliveries,
    note_attempt,
    replay_delivery,
    send_test,
)
from pocgate.ledger.commands.endpoints import (
    create_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from pocgate.ledger.commands.feed import place_events
from pocgate.ledger.models import Activity, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookOldSecret
from pocgate.ledger.rules.retries import next_try
from pocgate.ledger.tasks import dispatch_events, send_webhooks
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.ledger.receiver import Receiver, Reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(sent_tasks: list[Any]) -> None:
    """Tasks are called by hand."""


def act(verb: str = "decision.made", case_id: int | None = None, **values: Any) -> Activity:
    return record(Act(verb, "decision", 12, case_id, **values), actor=None, now=timezone.now())


def deliver(endpoint: WebhookEndpoint) -> int:
    dispatch_events()
    return send_webhooks(endpoint_id=endpoint.pk)


def of_acts(receiver: Receiver) -> list[str]:
    return [got.content["type"] for got in receiver.got if not got.content["type"].startswith("webhook.")]


def make_due() -> None:
    WebhookEndpoint.objects.update(busy_until=None)
    WebhookDelivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))


def test_event_arrives_signed_thin_and_once(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    case = UseCaseFactory(number=7)
    act("decision.made", case.pk, after={"reference": "GD-2026-014", "outcome": "go"})

    sent = [deliver(endpoint) for _ in range(2)]

    assert sent == [2, 0]
    got = receiver.got[-1]
    Webhook(receiver.secret).verify(got.body, got.headers)
    assert got.content["data"] == {
        "sequence": Activity.objects.get(verb="decision.made").position,
        "case": "UC-0007",
        "case_sequence": 1,
        "subject": {"type": "decision", "id": "12"},
        "actor": None,
        "on_behalf_of": None,
    }
    assert got.headers["content-type"] == "application/json"


def test_endpoint_hears_only_of_its_kinds(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    kinds = ["decision", "kpi.defined", "kpi.defined"]
    edit_endpoint(endpoint_id=endpoint.pk, name="Audit", url=endpoint.url, kinds=kinds, actor=admin, now=timezone.now())
    for verb in ("decision.made", "decision.corrected", "kpi.defined", "kpi.retired", "review.requested"):
        act(verb)

    deliver(endpoint)

    assert of_acts(receiver) == ["decision.made", "decision.corrected", "kpi.defined"]


def test_vote_is_never_sent(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    act("review.voted", is_told=False)

    deliver(endpoint)

    assert of_acts(receiver) == []


@pytest.mark.parametrize("reply", [Reply(500, b"out of order"), Reply(302, location="http://127.0.0.1/"), Reply(404)])
def test_failure_is_tried_again_later_under_the_same_id(
    endpoint: WebhookEndpoint, receiver: Receiver, reply: Reply
) -> None:
    edited(endpoint)
    receiver.reply = lambda number: reply if number == 0 else Reply(200)
    act()

    deliver(endpoint)
    waiting = WebhookDelivery.objects.get()
    early = deliver(endpoint)
    make_due()
    late = deliver(endpoint)

    assert (waiting.state, waiting.attempts, waiting.last_status) == ("waiting", 1, reply.status)
    assert waiting.due_at > timezone.now()
    assert (early, late) == (0, 1)
    assert [got.id for got in receiver.got] == [waiting.message_id] * 2
    assert len({got.body for got in receiver.got}) == 1
    assert list(WebhookAttempt.objects.order_by("pk").values_list("status", flat=True)) == [reply.status, 200]
    assert WebhookAttempt.objects.earliest("pk").response_body == reply.body.decode()


def edited(endpoint: WebhookEndpoint) -> None:
    """Only decisions, so that its own making is not counted."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(kinds=["decision"])


def test_attempts_grow_apart_for_nearly_three_days_and_end(settings: Any, now: datetime) -> None:
    due, waits = now, []
    for attempts in range(1, len(settings.WEBHOOK_PAUSES) + 1):
        again = next_try(attempts, pauses=settings.WEBHOOK_PAUSES, share=0, now=due)
        assert again is not None
        waits.append(again - due)
        due = again

    assert len(waits) + 1 == 10
    assert waits == sorted(waits)
    assert timedelta(days=2, hours=20) < due - now < timedelta(days=3, hours=6)
    assert next_try(10, pauses=settings.WEBHOOK_PAUSES, share=0, now=now) is None
    assert next_try(2, pauses=[5, 300], share=1, now=now) == now + timedelta(seconds=330)


def test_endpoint_where_nothing_gets_through_is_disabled_and_administrators_are_told(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_PAUSES = [1, 1]
    edited(endpoint)
    receiver.reply = Reply(503)
    act()
    for _ in range(3):
        deliver(endpoint)
        make_due()
    endpoint.refresh_from_db()

    assert endpoint.state == "disabled"
    assert endpoint.disabled_because == "3 attempts failed, and nothing got through meanwhile."
    assert WebhookDelivery.objects.get().state == "failed"
    for _ in range(2):
        tell_webhook_disabled(job_id=Job.objects.get(kind="inbox.tell_webhook_disabled").pk)
    told = Notification.objects.get()
    assert (told.user, told.url) == (endpoint.created_by, f"/administration/webhooks/{endpoint.pk}/")
    assert told.title == "The webhook “Audit” was disabled"
    assert Activity.objects.filter(verb="webhook.disabled", actor=None).count() == 1


def test_one_event_that_is_refused_does_not_disable_an_endpoint_that_takes_others(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_PAUSES = [1]
    edited(endpoint)
    receiver.reply = lambda number: Reply(422 if number in {0, 2} else 200)
    act("decision.made")
    act("decision.corrected")

    deliver(endpoint)
    make_due()
    deliver(endpoint)
    endpoint.refresh_from_db()

    assert [row.state for row in WebhookDelivery.objects.order_by("pk")] == ["failed", "delivered"]
    assert endpoint.state == "active"


def test_receiver_that_wants_no_more_is_heard_at_once(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    edited(endpoint)
    receiver.reply = Reply(410)
    act()

    deliver(endpoint)
    endpoint.refresh_from_db()

    assert (endpoint.state, WebhookDelivery.objects.get().state) == ("disabled", "failed")


def test_disabled_endpoint_goes_on_where_it_stopped(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    edited(endpoint)
    disable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act("decision.made")
    nothing = deliver(endpoint)

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act("decision.corrected")
    deliver(endpoint)

    assert nothing == 0
    assert of_acts(receiver) == ["decision.made", "decision.corrected"]


def test_enabled_endpoint_may_skip_what_it_missed(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    edited(endpoint)
    receiver.reply = Reply(500)
    act("decision.made")
    deliver(endpoint)
    disable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act("decision.corrected")
    place_events()
    receiver.reply = Reply(200)

    enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now(), skip_missed=True)
    make_due()
    deliver(endpoint)

    assert [got.status for got in receiver.got] == [500]


def test_replay_sends_the_stored_envelope_and_leaves_health_alone(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    edited(endpoint)
    act()
    deliver(endpoint)
    first = WebhookDelivery.objects.get()
    before = WebhookEndpoint.objects.values("failures", "failing_since", "succeeded_at", "state").get()
    receiver.reply = Reply(500)

    again = replay_delivery(delivery_id=first.pk, actor=admin, now=timezone.now())
    deliver(endpoint)
    again.refresh_from_db()

    assert (again.state, again.attempts, again.requested_by) == ("failed", 1, admin)
    assert [got.id for got in receiver.got] == [first.message_id] * 2
    assert receiver.got[0].body == receiver.got[1].body
    assert WebhookEndpoint.objects.values("failures", "failing_since", "succeeded_at", "state").get() == before
    WebhookDelivery.objects.filter(pk=first.pk).update(state="waiting")
    with pytest.raises(NotAllowedNow):
        replay_delivery(delivery_id=first.pk, actor=admin, now=timezone.now())


def test_disabled_endpoint_can_be_tested(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    edited(endpoint)
    disable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())

    send_test(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    deliver(endpoint)

    assert [got.content["type"] for got in receiver.got] == ["webhook.test"]
    assert receiver.got[0].content["data"] == {"endpoint": "Audit"}


def test_rotated_secret_signs_with_both_until_the_overlap_is_over(
    endpoint: WebhookEndpoint, receiver: Receiver, admin: User
) -> None:
    edited(endpoint)
    _endpoint, new = rotate_secret(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act("decision.made")
    deliver(endpoint)
    WebhookOldSecret.objects.update(until=timezone.now() - timedelta(seconds=1))
    act("decision.corrected")
    deliver(endpoint)

    during, later = receiver.got
    for secret in (receiver.secret, new):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new).verify(later.body, later.headers)
    assert [len(got.headers["webhook-signature"].split(" ")) for got in (during, later)] == [2, 1]
    assert new not in str(list(WebhookEndpoint.objects.values())) + str(list(Activity.objects.values()))


def test_two_workers_make_and_claim_each_delivery_once(endpoint: WebhookEndpoint) -> None:
    edited(endpoint)
    act()
    place_events()
    now = timezone.now()

    for _ in range(2):
        make_deliveries(endpoint_id=endpoint.pk, now=now)
    delivery = WebhookDelivery.objects.get()
    claims = [claim_delivery(delivery.pk, now=now) for _ in range(2)]
    after_a_kill = claim_delivery(delivery.pk, now=now + timedelta(minutes=2))

    assert [claim is not None for claim in claims] == [True, False]
    assert after_a_kill is not None
    assert after_a_kill.message_id == delivery.message_id


def test_worker_that_lost_its_claim_does_not_overwrite_the_other_one(endpoint: WebhookEndpoint) -> None:
    from pocgate.ledger.commands.deliveries import Tried

    edited(endpoint)
    act()
    place_events()
    now = timezone.now()
    make_deliveries(endpoint_id=endpoint.pk, now=now)
    slow = claim_delivery(WebhookDelivery.objects.get().pk, now=now)
    quick = claim_delivery(WebhookDelivery.objects.get().pk, now=now + timedelta(minutes=2))
    assert slow is not None
    assert quick is not None

    note_attempt(quick, Tried(now, 5, {}, status=200), share=0, now=now)
    note_attempt(slow, Tried(now, 5, {}, error="No answer."), share=0, now=now)

    assert WebhookDelivery.objects.get().state == "delivered"
    assert WebhookAttempt.objects.count() == 2


def test_endpoint_that_hangs_is_let_go_after_two_failures(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    edited(endpoint)
    receiver.reply = Reply(500)
    for _ in range(5):
        act()

    deliver(endpoint)

    assert len(receiver.got) == 2
    assert WebhookEndpoint.objects.get().busy_until < timezone.now() + timedelta(seconds=20)  # type: ignore[operator]


@pytest.fixture
def woken_in(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds after which a sender is woken, in the order of asking."""
    seconds: list[float] = []

    def send_task(name: str, countdown: float | None = None, **_: object) -> None:
        if name == "ledger.send_webhooks":
            seconds.append(countdown or 0.0)

    monkeypatch.setattr("pocgate.kernel.jobs.current_app.send_task", send_task)
    return seconds


def test_endpoint_that_failed_twice_rests_and_is_then_gone_on_with(
    endpoint: WebhookEndpoint, receiver: Receiver, woken_in: list[float]
) -> None:
    deliver(endpoint)
    receiver.reply = Reply(500)
    for _ in range(5):
        act()
    dispatch_events()
    woken_in.clear()

    first, meanwhile = [send_webhooks(endpoint_id=endpoint.pk) for _ in range(2)]

    endpoint.refresh_from_db()
    assert (first, meanwhile, WebhookDelivery.objects.filter(attempts__gt=0, state="waiting").count()) == (0, 0, 2)
    assert endpoint.busy_until is not None
    assert len(woken_in) == 1
    assert 1 < woken_in[0] < 10


def test_retry_that_is_due_soon_is_not_left_to_the_next_minute(
    endpoint: WebhookEndpoint, receiver: Receiver, woken_in: list[float], settings: Any
) -> None:
    settings.WEBHOOK_PAUSES = [20, 300]
    deliver(endpoint)
    receiver.reply = Reply(500)
    act()
    dispatch_events()
    woken_in.clear()

    send_webhooks(endpoint_id=endpoint.pk)

    assert len(woken_in) == 1
    assert 10 < woken_in[0] < 40


def test_log_forgets_what_ended_long_ago_and_keeps_what_waits(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    edited(endpoint)
    receiver.reply = lambda number: Reply(200 if number == 0 else 500)
    act("decision.made")
    act("decision.corrected")
    deliver(endpoint)
    later = timezone.now() + timedelta(days=31)

    early = forget_deliveries(now=timezone.now(), days=30)
    late = forget_deliveries(now=later, days=30)

    assert (early, late) == (0, 1)
    assert WebhookDelivery.objects.get().state == "waiting"
    assert WebhookAttempt.objects.count() == 1


def test_removed_endpoint_is_never_sent_to_again(endpoint: WebhookEndpoint, receiver: Receiver, admin: User) -> None:
    edited(endpoint)
    act()
    place_events()
    make_deliveries(endpoint_id=endpoint.pk, now=timezone.now())

    remove_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())
    act()
    deliver(endpoint)

    assert receiver.got == []
    with pytest.raises(NotAllowedNow):
        enable_endpoint(endpoint_id=endpoint.pk, actor=admin, now=timezone.now())


@pytest.mark.parametrize("role", ["auditor", "compliance", "chair", None])
def test_only_administrators_manage_webhooks(endpoint: WebhookEndpoint, role: str | None) -> None:
    person = RoleGrantFactory(role=role).user if role else UserFactory()
    told = Activity.objects.count()
    values = {"actor": person, "now": timezone.now()}

    for forbidden in (
        lambda: create_endpoint(name="x", url="https://example.org/", kinds=[], **values),
        lambda: rotate_secret(endpoint_id=endpoint.pk, **values),
        lambda: disable_endpoint(endpoint_id=endpoint.pk, **values),
        lambda: send_test(endpoint_id=endpoint.pk, **values),
    ):
        with pytest.raises(Forbidden):
            forbidden()
    assert Activity.objects.count() == told
    assert WebhookEndpoint.objects.values("state", "nonce").get() == {"state": "active", "nonce": endpoint.nonce}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.org/", "not_an_address"),
        ("https://", "not_an_address"),
        ("https://user:secret@example.org/", "not_an_address"),
        ("https://example.org/#part", "not_an_address"),
        ("https://example.org/a b", "not_an_address"),
        ("https://example.org:99999/", "not_an_address"),
        ("https://example.org:0/", "not_an_address"),
        ("https://example.org/é", "not_an_address"),
        ("http://example.org/", "not_secure"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://[::1]/", "address_refused"),
        ("https://169.254.169.254/latest/meta-data/", "address_refused"),
        ("https://[::ffff:10.0.0.1]/", "address_refused"),
        ("https://localhost/", "address_refused"),
        (f"https://example.org/{'x' * 500}", "too_long"),
    ],
)
def test_address_that_can_not_be_called_is_refused_when_it_is_entered(admin: User, url: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_endpoint(name="Audit", url=url, kinds=[], actor=admin, now=datetime(2026, 11, 29, tzinfo=UTC))

    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("qqqqqqqq", "It begins with one of: answer, answers, "),
        ("decision.", "Perhaps you mean: decision"),
        ("decision.mode", "Perhaps you mean: decision.made"),
        ("Decision.made", "Perhaps you mean: decision.made"),
        ("decision.made.twice", "Perhaps you mean: decision.made"),
        ("case.move", "Perhaps you mean: case.moved"),
        ("desision", "Perhaps you mean: decision"),
        ("cost.record", "Perhaps you mean: cost.recorded, costs.recorded"),
    ],
)
def test_kind_of_event_that_does_not_exist_is_refused_and_the_nearest_named(admin: User, kind: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_endpoint(name="Audit", url="https://example.org/", kinds=[kind], actor=admin, now=timezone.now())

    (problem,) = refused.value.problems
    assert problem.code == "unknown_kind"
    assert f"“{kind}” is no kind of event. {named}" in problem.message.format(**problem.params)


@pytest.mark.parametrize("kind", ["review.voted", "review.vote_changed"])
def test_nobody_can_ask_for_votes(admin: User, kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_endpoint(name="Audit", url="https://example.org/", kinds=[kind], actor=admin, now=timezone.now())

    assert [problem.code for problem in refused.value.problems] == ["never_told"]
