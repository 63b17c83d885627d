"""Who gets which page: one row per address, and no address without a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pocgate.inbox.models import Channel, Notification
from pocgate.kernel.models import Job
from pocgate.web.urls import urlpatterns
from tests.factories.identity import ApiTokenFactory, UserFactory
from tests.factories.ledger import WebhookDeliveryFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.undoing import undone
from tests.web.conftest import Visitor

REFERENCE = "UC-0007"
PEOPLE = ("stranger", "product_owner", "committee", "chair", "compliance", "sponsor", "auditor", "admin")
EVERYBODY = dict.fromkeys(PEOPLE, 200)
# A product owner sees the case because they are on its team; the stranger may not even know that it exists.
WHO_SEES_THE_CASE = {**EVERYBODY, "stranger": 404}


def admins(status: int) -> Mapping[str, int]:
    """Only administrators know of the page."""
    return {**dict.fromkeys(PEOPLE, 404), "admin": status}


@dataclass(frozen=True)
class Row:
    """How an address is called, and what each person gets. Without a sign-in it is the sign-in page, or `open`."""

    expected: Mapping[str, int]
    method: str = "get"
    args: tuple[object, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    anonymous: int = 302


OWN = dict.fromkeys(PEOPLE, 302)
TABLE: Mapping[str, Row] = {
    "home": Row(EVERYBODY),
    "sign_in": Row(dict.fromkeys(PEOPLE, 302), anonymous=200),
    "sign_out": Row(OWN, "post"),
    "search": Row(EVERYBODY, data={"q": "case"}),
    "table": Row(EVERYBODY),
    "table_csv": Row(EVERYBODY),
    "table_xlsx": Row(EVERYBODY),
    "findings": Row(EVERYBODY),
    "board": Row(EVERYBODY),
    "matrix": Row(EVERYBODY),
    "assessors": Row(EVERYBODY),
    "case": Row(WHO_SEES_THE_CASE, args=(REFERENCE,)),
    "case_live": Row(WHO_SEES_THE_CASE, args=(REFERENCE,)),
    "case_activity": Row(WHO_SEES_THE_CASE, args=(REFERENCE,)),
    "notifications": Row(EVERYBODY),
    "notifications_read": Row(OWN, "post"),
    "notifications_unread": Row(EVERYBODY),
    "notification_mute": Row(OWN, "post", data={"kind": "decision_made"}),
    "mail_preferences": Row(EVERYBODY),
    "bounce_cleared": Row(OWN, "post"),
    "channels": Row(EVERYBODY),
    "channel_act": Row({**dict.fromkeys(PEOPLE, 404), "sponsor": 302}, "post", args=(1,), data={"act": "try"}),
    "group_channels": Row(admins(200)),
    "mail_texts": Row(admins(200)),
    "mail_text": Row(admins(200), args=("digest",)),
    "mail_address": Row(admins(302), "post", args=(1,), data={"email": "somebody@example.org"}),
    "unsubscribe": Row(dict.fromkeys(PEOPLE, 404), args=("forged",), anonymous=404),
    "notification_open": Row({**dict.fromkeys(PEOPLE, 404), "sponsor": 302}, "post", args=(1,)),
    "mail": Row(admins(200)),
    "preferences": Row(EVERYBODY),
    "password": Row(dict.fromkeys(PEOPLE, 422), "post"),
    "theme": Row(OWN, "post", data={"theme": "dark"}),
    "tokens": Row(EVERYBODY),
    "token_revoke": Row({**dict.fromkeys(PEOPLE, 404), "sponsor": 302}, "post", args=(1,)),
    "administration": Row(admins(200)),
    "new_person": Row(admins(200)),
    "role_grant": Row(admins(302), "post", args=(1,), data={"role": "auditor"}),
    "role_revoke": Row(admins(302), "post", args=(1,), data={"role": "auditor"}),
    "person_active": Row(admins(302), "post", args=(1,), data={"active": "1"}),
    "jobs": Row(admins(200)),
    "job": Row(admins(200), args=(1,)),
    "jobs_retry_failed": Row(admins(302), "post"),
    "mail_retry_failed": Row(admins(302), "post"),
    "job_retry": Row(admins(302), "post", args=(1,)),
    "webhooks": Row({**admins(200), "auditor": 200}),
    "new_webhook": Row(admins(200)),
    "webhook": Row({**admins(200), "auditor": 200}, args=(1,)),
    "webhook_edit": Row(admins(200), args=(1,)),
    "webhook_rotate": Row(admins(200), "post", args=(1,)),
    "webhook_disable": Row(admins(302), "post", args=(1,)),
    "webhook_enable": Row(admins(409), "post", args=(1,)),
    "webhook_remove": Row(admins(302), "post", args=(1,)),
    "webhook_send_failed": Row(admins(302), "post", args=(1,)),
    "webhook_test": Row(admins(302), "post", args=(1,)),
    "webhook_delivery": Row({**admins(200), "auditor": 200}, args=(1, 1)),
    "webhook_replay": Row(admins(302), "post", args=(1, 1)),
}
OF_A_WEBHOOK = {name for name in TABLE if name.startswith("webhook_") or name == "webhook"}


def test_table_of_pages_every_address_has_a_row() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_page_by_role_answers_as_the_table_says(name: str, visitor: Visitor) -> None:
    row = TABLE[name]
    answers, files = {}, []
    for who in PEOPLE:
        with undone():
            client = visitor(*([] if who == "stranger" else [who]))
            args = _records(client, who, row)
            response = getattr(client, row.method)(reverse(name, args=args), row.data)
            answers[who] = response.status_code
            files.append(response)
    # Closing an answer ends the database's connection, too.
    for response in files:
        response.close()

    assert answers == row.expected


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_page_without_sign_in_leads_to_the_sign_in(name: str) -> None:
    row = TABLE[name]

    response = getattr(Client(), row.method)(reverse(name, args=row.args), row.data)

    assert response.status_code == row.anonymous
    if name not in {"sign_in", "theme", "unsubscribe"}:
        assert response["Location"].startswith("/sign-in/")


def _records(client: Client, who: str, row: Row) -> tuple[object, ...]:
    """What the address names: a case with its product owner, or records of the sponsor's."""
    person = client.person  # type: ignore[attr-defined]
    case = UseCaseFactory(number=7, with_spell=True)
    TeamMemberFactory(case=case, user=person if who == "product_owner" else UserFactory())
    if any(TABLE[name] is row for name in OF_A_WEBHOOK):
        delivery = WebhookDeliveryFactory()
        return (delivery.endpoint_id, delivery.pk)[: len(row.args)]
    if row.args != (1,):
        return row.args
    owner = person if who == "sponsor" else UserFactory()
    now = timezone.now()
    kept = {
        "channel_act": lambda: Channel.objects.create(
            name="Room", kind="slack", url="https://chat.example.org/x", user=owner, topics=["work"], created_at=now
        ),
        "notification_open": lambda: Notification.objects.create(
            user=owner,
            kind="decision_made",
            subject_type="decision",
            subject_id="1",
            occasion="made",
            title="Decided",
            reason="You own the case.",
            url="/",
            created_at=now,
        ),
        "token_revoke": lambda: ApiTokenFactory(user=owner),
        "job": lambda: Job.objects.create(kind="test.job", due_at=now, created_at=now),
        "job_retry": lambda: Job.objects.create(kind="test.job", due_at=now, created_at=now),
    }
    for name, make in kept.items():
        if TABLE[name] is row:
            return (make().pk,)
    return (owner.pk,)
