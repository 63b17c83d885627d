"""Role × endpoint: one table, and no endpoint outside it. The document describes every endpoint, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from gates.models import (
    AgendaItem,
    ChecklistTemplate,
    Condition,
    Decision,
    Delegation,
    Meeting,
    OverrideRequest,
    Question,
    ReviveTrigger,
    VetoAppeal,
    Vote,
)
from pocgate.api.base import ApiView
from pocgate.api.urls import urlpatterns
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.kernel.models import Job
from pocgate.ledger.models import WebhookDelivery
from portfolio.models import Incident, Kpi, UseCase
from scoring.models import CostNotice, Waiver
from tests.api.conftest import API, Caller
from tests.api.contract import operations
from tests.factories.costs import CostNoticeFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.ledger import WebhookDeliveryFactory
from tests.factories.stage_set import a_stage_set
from tests.gates.test_checklist_templates import published
from tests.undoing import undone

pytestmark = pytest.mark.django_db

READ, CASES, GATES = Scope.PORTFOLIO_READ, Scope.CASES_WRITE, Scope.GATES_READ
READINGS, COSTS = Scope.READINGS_WRITE, Scope.COSTS_WRITE
REQUEST, VOTE, DECIDE, SIGN = Scope.GATES_REQUEST, Scope.GATES_VOTE, Scope.GATES_DECIDE, Scope.COMPLIANCE_SIGN
HOOKS = Scope.WEBHOOKS_WRITE
# Who gets beyond 401, 403 and 404 with an empty body. Bodies are looked at before finer rights, which the tests of
# each command and of `test_reviews` hold.
EVERYBODY = frozenset({"stranger", "auditor", "chair", "owner"})
SEES = frozenset({"auditor", "chair", "owner"})
OWNER, CHAIR, OFFICER = frozenset({"owner"}), frozenset({"chair"}), frozenset({"officer"})
ADMIN, AUDITOR = frozenset({"admin"}), frozenset({"auditor"})
COMMITTEE = frozenset({"auditor", "chair"})
# Whose token is tried with one scope and without it: the first of these that the row names.
ENTITLED = ("owner", "chair", "officer", "admin", "auditor")
REFUSED = (401, 403, 404)
# Tests that divide the table among them, so that they can run beside each other.
SHARES = 8

TABLE = [
    ("status", "get", READ, EVERYBODY),
    ("use_cases", "get", READ, EVERYBODY),
    ("use_cases", "post", CASES, EVERYBODY),
    ("use_case", "get", READ, SEES),
    ("use_case", "patch", CASES, OWNER),
    ("submission", "post", CASES, OWNER),
    ("readiness", "get", READ, SEES),
    ("readiness_changes", "get", READ, SEES),
    ("findings", "get", READ, SEES),
    ("finding_answers", "post", CASES, SEES),
    ("scorecard", "get", READ, SEES),
    ("ratings", "post", CASES, SEES),
    ("matrix", "get", READ, EVERYBODY),
    ("assessors", "get", READ, EVERYBODY),
    ("gate_check", "get", READ, SEES),
    ("readings", "get", READ, SEES),
    ("readings", "post", READINGS, SEES),
    ("costs", "post", COSTS, SEES),
    *(
        row
        for kind, scope in (
            *(("feedback", CASES), ("benefits", READINGS), ("training", CASES), ("operations", READINGS)),
            *(("dependencies", CASES), ("risks", CASES), ("incidents", CASES), ("change-requests", CASES)),
        )
        for row in (
            (kind, "get", READ, SEES),
            (kind, "post", scope, SEES),
            (f"{kind}_correction", "post", scope, SEES),
        )
    ),
    ("feedback_answer", "post", CASES, SEES),
    ("training_held", "post", CASES, SEES),
    ("dependencies_resolution", "post", CASES, SEES),
    ("risks_acceptance", "post", CASES, SEES),
    ("risks_closing", "post", CASES, SEES),
    ("incidents_containment", "post", CASES, SEES),
    ("incidents_report", "post", CASES, frozenset({"owner", "chair"})),
    ("change-requests_withdrawal", "post", CASES, SEES),
    ("waivers", "get", GATES, SEES),
    ("waivers", "post", REQUEST, SEES),
    ("waiver_signature", "post", SIGN, SEES),
    ("waiver_end", "post", SIGN, SEES),
    ("proposals", "get", GATES, SEES),
    ("proposal_dismissal", "post", DECIDE, SEES),
    ("releases", "get", READ, SEES),
    ("releases", "post", CASES, SEES),
    ("cost_justification", "post", COSTS, SEES),
    ("evidence", "get", READ, SEES),
    ("evidence", "post", Scope.EVIDENCE_WRITE, SEES),
    ("readings_batch", "post", READINGS, EVERYBODY),
    ("costs_batch", "post", COSTS, EVERYBODY),
    ("checklist", "get", GATES, SEES),
    ("sign_off", "post", SIGN, SEES),
    ("attestation", "post", SIGN, SEES),
    ("verification", "post", SIGN, SEES),
    ("tier_questionnaire", "get", READ, EVERYBODY),
    ("tier_ruling", "post", SIGN, SEES),
    ("tier_assessments", "get", READ, SEES),
    ("tier_assessments", "post", CASES, SEES),
    ("expiries", "get", GATES, EVERYBODY),
    ("checklist_templates", "get", GATES, EVERYBODY),
    ("checklist_templates", "post", SIGN, EVERYBODY),
    ("checklist_template", "get", GATES, EVERYBODY),
    ("checklist_template", "delete", SIGN, OFFICER),
    ("checklist_publication", "post", SIGN, OFFICER),
    ("checklist_retirement", "post", SIGN, OFFICER),
    ("reviews", "get", GATES, EVERYBODY),
    ("reviews", "post", REQUEST, EVERYBODY),
    ("review", "get", GATES, SEES),
    ("dossier", "get", GATES, SEES),
    ("opening", "post", DECIDE, SEES),
    ("votes", "post", VOTE, SEES),
    ("vote_confirmation", "post", VOTE, SEES),
    ("questions", "get", GATES, SEES),
    ("questions", "post", VOTE, SEES),
    ("question_answer", "post", CASES, SEES),
    ("gate_health", "get", GATES, EVERYBODY),
    ("veto_lifting", "post", VOTE, SEES),
    ("veto_appeal", "post", REQUEST, SEES),
    ("appeal_answer", "post", CASES, SEES),
    ("committees", "get", GATES, EVERYBODY),
    ("committees", "post", DECIDE, EVERYBODY),
    ("committee_dissolution", "post", DECIDE, ADMIN),
    ("seats", "post", DECIDE, EVERYBODY),
    ("seat_end", "post", DECIDE, ADMIN),
    ("delegations", "get", GATES, EVERYBODY),
    ("delegations", "post", VOTE, EVERYBODY),
    ("delegation_revocation", "post", VOTE, frozenset({"chair"})),
    ("recusals", "post", VOTE, SEES),
    ("closing", "post", DECIDE, CHAIR),
    ("withdrawal", "post", REQUEST, SEES),
    ("decision_of_review", "post", DECIDE, SEES),
    ("correction", "post", DECIDE, SEES),
    ("condition_clearing", "post", CASES, SEES),
    ("revive_triggers", "get", GATES, SEES),
    ("revive_report", "post", CASES, SEES),
    ("overrides_of_review", "post", DECIDE, SEES),
    ("overrides", "get", GATES, EVERYBODY),
    ("override", "get", GATES, SEES),
    ("override_signature", "post", DECIDE, SEES),
    ("override_consent", "post", COSTS, SEES),
    ("override_refusal", "post", DECIDE, SEES),
    ("override_withdrawal", "post", DECIDE, SEES),
    ("decisions", "get", GATES, EVERYBODY),
    ("decision", "get", GATES, SEES),
    ("dossier_of_decision", "get", GATES, SEES),
    ("dossier_difference", "get", GATES, SEES),
    ("dossier_pdf", "get", GATES, SEES),
    ("decision_pdf", "get", GATES, SEES),
    ("meetings", "get", GATES, EVERYBODY),
    ("meetings", "post", DECIDE, EVERYBODY),
    ("meeting", "get", GATES, COMMITTEE),
    ("meeting", "patch", DECIDE, CHAIR),
    ("agenda", "post", DECIDE, COMMITTEE),
    ("agenda_item_removal", "post", DECIDE, CHAIR),
    ("agenda_item_move", "post", DECIDE, COMMITTEE),
    ("attendance", "post", VOTE, COMMITTEE),
    ("meeting_start", "post", DECIDE, CHAIR),
    ("meeting_cancellation", "post", DECIDE, CHAIR),
    ("minutes", "post", DECIDE, CHAIR),
    ("meeting_end", "post", DECIDE, COMMITTEE),
    ("meeting_pack", "get", GATES, COMMITTEE),
    ("meeting_minutes", "get", GATES, COMMITTEE),
    ("meeting_calendar", "get", GATES, COMMITTEE),
    ("playbook", "get", READ, EVERYBODY),
    ("playbook", "post", Scope.PLAYBOOK_WRITE, EVERYBODY),
    ("playbook_check", "post", READ, EVERYBODY),
    ("events", "get", Scope.AUDIT_READ, EVERYBODY),
    ("jobs", "get", Scope.AUDIT_READ, AUDITOR),
    ("job", "get", Scope.AUDIT_READ, AUDITOR),
    ("job_retry", "post", Scope.JOBS_WRITE, ADMIN),
    ("schedule", "get", Scope.AUDIT_READ, AUDITOR),
    ("metrics", "get", None, EVERYBODY),
    ("webhooks", "get", HOOKS, AUDITOR),
    ("webhooks", "post", HOOKS, AUDITOR),
    ("webhook", "get", HOOKS, AUDITOR),
    ("webhook", "patch", HOOKS, ADMIN),
    ("webhook_rotation", "post", HOOKS, ADMIN),
    ("webhook_disabling", "post", HOOKS, ADMIN),
    ("webhook_enabling", "post", HOOKS, ADMIN),
    ("webhook_removal", "post", HOOKS, ADMIN),
    ("webhook_test", "post", HOOKS, ADMIN),
    ("webhook_deliveries", "get", HOOKS, AUDITOR),
    ("webhook_delivery", "get", HOOKS, AUDITOR),
    ("webhook_replay", "post", HOOKS, ADMIN),
    ("webhook_replay_failed", "post", HOOKS, ADMIN),
    ("me", "get", None, EVERYBODY),
    ("notification_preferences", "get", None, EVERYBODY),
    ("notification_preferences", "patch", Scope.NOTIFICATIONS_WRITE, EVERYBODY),
]
OPEN = {"live", "ready", "calendar", "schema", "docs", "root", "elsewhere"}
METHODS = ("get", "post", "put", "patch", "delete")


def views() -> Iterator[tuple[str, Any]]:
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert pattern.name is not None
        yield pattern.name, getattr(pattern.callback, "cls", None)


def test_every_endpoint_stands_in_the_table() -> None:
    found = {
        (name, method)
        for name, view in views()
        if name not in OPEN
        for method in METHODS
        if view is not None and hasattr(view, method)
    }

    assert found == {(name, method) for name, method, _scope, _who in TABLE}
    assert {name for name, _view in views()} == OPEN | {name for name, *_ in TABLE}


def test_every_endpoint_names_its_scope() -> None:
    scopes = {
        (name, method): view.required_scopes.get(method.upper())
        for name, view in views()
        if name not in OPEN and issubclass(view, ApiView)
        for method in METHODS
        if hasattr(view, method)
    }

    assert scopes == {(name, method): scope for name, method, scope, _who in TABLE}


def test_every_endpoint_is_described() -> None:
    described = {(path, method) for path, method, _operation in operations()}
    routes = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    expected = {
        (f"{API}/{routes[name].replace('<str:', '{').replace('<int:', '{').replace('>', '}')}", method)
        for name, method in [
            *((row[0], row[1]) for row in TABLE),
            *((name, "get") for name in ("live", "ready", "calendar")),
        ]
    }

    assert described == expected
    assert len({operation["operationId"] for _path, _method, operation in operations()}) == len(expected)


def notice_of(case: UseCase) -> CostNotice:
    known = CostNotice.objects.filter(case=case).first()
    return known or CostNoticeFactory(case=case, plan=case.cost_plans.latest("pk"))


def question_of(decision: Decision) -> Question:
    asks = {"review": decision.review, "text": "How?"}
    return Question.objects.get_or_create(
        **asks, defaults={"asked_by": decision.decided_by, "asked_at": decision.decided_at}
    )[0]


def appeal_of(decision: Decision) -> VetoAppeal:
    vote = Vote.objects.filter(review=decision.review).earliest("pk")
    by = {"text": "No.", "appealed_by": decision.decided_by, "appealed_at": decision.decided_at}
    return VetoAppeal.objects.get_or_create(vote=vote, defaults={"criterion": "tier_confirmed", **by})[0]


def delegation_of(decision: Decision) -> Delegation:
    """Of the chair's seat, anew once it was ended."""
    seat = decision.review.committee.seats.get(user=decision.decided_by)
    begins = datetime.now(UTC)
    found = Delegation.objects.filter(seat=seat, revoked_at__isnull=True).first()
    return found or Delegation.objects.create(
        seat=seat,
        delegate=UserFactory(),
        starts_at=begins,
        ends_at=begins + timedelta(days=3),
        created_by=seat.user,
        created_at=begins,
    )


def override_of(decision: Decision) -> OverrideRequest:
    """One that was refused before the decision."""
    told = {"reason": "To learn.", "digest": decision.digest, "requested_by": decision.decided_by}
    settled = {"state": "refused", "settled_by": decision.decided_by, "settled_at": decision.decided_at}
    made = {"outcome": "go", "requested_at": decision.decided_at, **told, **settled}
    return OverrideRequest.objects.get_or_create(review=decision.review, defaults=made)[0]


def condition_of(decision: Decision) -> Condition:
    told = {"text": "Measure it.", "due_date": date(2099, 1, 1), "owner": decision.decided_by}
    return Condition.objects.get_or_create(decision=decision, defaults=told)[0]


def trigger_of(decision: Decision) -> ReviveTrigger:
    wanted = {"case": decision.review.case, "decision": decision}
    return ReviveTrigger.objects.get_or_create(**wanted, defaults={"text": "A law passes."})[0]


def item_of(decision: Decision, state: str) -> AgendaItem:
    """On the agenda of a meeting of the committee in this state."""
    begins = datetime.now(UTC) + timedelta(days=3)
    when = {"starts_at": begins, "ends_at": begins + timedelta(hours=2), "created_at": begins, "changed_at": begins}
    meeting = Meeting.objects.get_or_create(
        committee=decision.review.committee,
        state=state,
        defaults={"created_by": decision.decided_by, "title": state, **when},
    )[0]
    return AgendaItem.objects.get_or_create(meeting=meeting, review=decision.review, defaults={"position": 1})[0]


def incident_of(case: UseCase) -> Incident:
    seen = {"severity": "minor", "text": "Letters went astray.", "detected_at": datetime.now(UTC)}
    return Incident.objects.get_or_create(case=case, defaults={**seen, "recorded_at": datetime.now(UTC)})[0]


def waiver_of(case: UseCase) -> Waiver:
    asked = {"reason": "Until spring.", "expires_on": date(2099, 1, 1), "requested_at": datetime.now(UTC)}
    owner = UserFactory()
    return Waiver.objects.get_or_create(case=case, criterion="lineage", defaults={**asked, "requested_by": owner})[0]


def job_of() -> Job:
    """One that failed, again after it was put back to work."""
    now = datetime.now(UTC)
    return Job.objects.create(kind="kernel.sweep_jobs", due_at=now, created_at=now, state="failed", finished_at=now)


def template_of(case: UseCase) -> ChecklistTemplate:
    return ChecklistTemplate.objects.first() or published(case.created_at, ("1", "House rule", "Be kind", ""))


def delivery_of(decision: Decision) -> WebhookDelivery:
    """One that has ended, of an endpoint of its own."""
    made: WebhookDelivery = WebhookDeliveryFactory(endpoint__created_by=decision.decided_by)
    return made


def call(client: Client, name: str, method: str, decision: Decision) -> int:
    path = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)}[name]
    case = decision.review.case
    item = item_of(
        decision, {"minutes": "running", "meeting_end": "running", "meeting_minutes": "held"}.get(name, "planned")
    )
    for place, value in {
        "<str:ref>": case.reference,
        "<str:key>": Kpi.objects.filter(case=case).values_list("key", flat=True)[0],
        "<str:criterion>": "tier_confirmed",
        "<str:detector>": "gold_plating",
        "<int:record_id>": str(incident_of(case).pk),
        "<int:proposal_id>": "1",
        "<int:waiver_id>": str(waiver_of(case).pk),
        "<int:review_id>": str(decision.review_id),
        "<int:seat_id>": str(decision.review.committee.seats.order_by("pk")[0].pk),
        "<int:question_id>": str(question_of(decision).pk),
        "<int:appeal_id>": str(appeal_of(decision).pk),
        "<int:delegation_id>": str(delegation_of(decision).pk),
        "<int:committee_id>": str(decision.review.committee_id),
        "<int:condition_id>": str(condition_of(decision).pk),
        "<int:trigger_id>": str(trigger_of(decision).pk),
        "<int:override_id>": str(override_of(decision).pk),
        "<int:job_id>": str(job_of().pk),
        "<int:webhook_id>": str((delivery := delivery_of(decision)).endpoint_id),
        "<int:delivery_id>": str(delivery.pk),
        "<int:meeting_id>": str(item.meeting_id),
        "<int:item_id>": str(item.pk),
        "<int:notice_id>": str(notice_of(case).pk),
        "<int:template_id>": str(template_of(case).pk),
        "<str:number>": decision.reference,
    }.items():
        path = path.replace(place, value)
    more = {} if method == "get" else {"data": {}, "content_type": "application/json", "headers": {"If-Match": "*"}}
    answer = getattr(client, method)(f"{API}/{path}", **more)
    status: int = answer.status_code
    return status


@pytest.mark.parametrize("share", range(SHARES))
def test_endpoints_let_in_whom_the_table_names(caller: Caller, client: Client, share: int) -> None:
    now = datetime.now(UTC)
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    auditor, admin = RoleGrantFactory(role="auditor").user, RoleGrantFactory(role="admin").user
    people = {"stranger": UserFactory(), "auditor": auditor, "chair": stage.chair, "owner": stage.owner}
    more = {"officer": stage.officer, "admin": admin}

    found = {row: answers_of(row, people, more, decision, caller=caller, client=client) for row in TABLE[share::SHARES]}

    assert {row: told for row, told in found.items() if told} == {}


def answers_of(
    row: tuple[str, str, str | None, frozenset[str]],
    people: Mapping[str, User],
    more: Mapping[str, User],
    decision: Decision,
    *,
    caller: Caller,
    client: Client,
) -> list[str]:
    """What an endpoint does otherwise than its row says, each person and token on the same records."""
    name, method, scope, expected = row
    everybody = {**people, **{who: user for who, user in more.items() if who in expected}}
    statuses = {}
    for who, user in everybody.items():
        with undone():
            statuses[who] = call(caller(user), name, method, decision)
    wrong = [f"{who}: {status}" for who, status in statuses.items() if status >= 500]
    let_in = {who for who, status in statuses.items() if status not in REFUSED}
    if let_in != expected:
        wrong.append(f"lets in {sorted(let_in)}")
    with undone():
        if (status := call(client, name, method, decision)) != 401:
            wrong.append(f"without a token: {status}")
    if scope is not None:
        entitled = {**people, **more}[next(who for who in ENTITLED if who in expected)]
        others = [other for other in Scope.values if other != scope]
        with undone():
            if (status := call(caller(entitled, others), name, method, decision)) != 403:
                wrong.append(f"with every other scope: {status}")
        with undone():
            if (status := call(caller(entitled, [scope]), name, method, decision)) in REFUSED:
                wrong.append(f"with its scope alone: {status}")
    return wrong


def test_open_endpoints_ask_for_nothing(client: Client) -> None:
    assert client.get(f"{API}/health/live").json() == {"status": "live"}
    assert client.get(f"{API}/health/ready").status_code in {200, 503}
    assert client.get(f"{API}/schema/").status_code == 200
    assert client.get(f"{API}/docs/").status_code == 200
