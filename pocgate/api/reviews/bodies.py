"""What callers send about reviews. What state, role and policy forbid is said by the gates' commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from rest_framework import serializers

from gates.commands.decisions import ConditionTerms, Ruling
from gates.commands.reviews import Request
from gates.commands.votes import Ballot
from gates.enums import Outcome, ReviewKind, SignOffState
from gates.rules.verdict import ClosingPlan
from pocgate.api.bodies import Body
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from portfolio.enums import ReasonCode, Tier

LONG = 5000
ABSTAIN = "abstain"


class PlanBody(Body):
    """Who closes an open must by when, under a conditional go."""

    criterion = serializers.CharField(max_length=60)
    owner = serializers.CharField(max_length=150, help_text="A user name.")
    due_date = serializers.DateField()


class RequestBody(Body):
    """A gate is asked for."""

    reference = serializers.RegexField(r"(?i)^UC-0*[1-9][0-9]{0,8}$")
    kind = serializers.ChoiceField(ReviewKind.choices, default=ReviewKind.SCHEDULED.value)
    proposal = serializers.ChoiceField([(Outcome.STOP.value, "stop")], required=False)
    convened_reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    plans = PlanBody(many=True, required=False)


class OpeningBody(Body):
    """The vote begins now and ends then."""

    closes_at = serializers.DateTimeField(default_timezone=UTC)
    convened_reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)


class EmptyBody(Body):
    """Nothing is needed."""


class VoteBody(Body):
    """A vote on the dossier revision that was read."""

    outcome = serializers.ChoiceField([*Outcome.choices, (ABSTAIN, "abstain")])
    dossier_revision = serializers.IntegerField(min_value=1, max_value=1_000_000)
    rationale = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    conditions = serializers.ListField(child=serializers.CharField(max_length=500), max_length=10, required=False)
    veto_criterion = serializers.CharField(max_length=60, allow_blank=True, required=False)
    veto_lifts_when = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    seat = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="Where the caller fills more than one seat."
    )
    confidence = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)


class ReasonBody(Body):
    """Why."""

    reason = serializers.CharField(max_length=LONG)


class RecusalBody(ReasonBody):
    """Why, and in which seat where the caller fills more than one."""

    seat = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class WithdrawalBody(Body):
    """The owner may withdraw without a reason until voting opens."""

    reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)


class ConditionBody(Body):
    """What a conditional go asks for."""

    text = serializers.CharField(max_length=500)
    owner = serializers.CharField(max_length=150, help_text="A user name.")
    due_date = serializers.DateField()
    criterion = serializers.CharField(max_length=60, allow_blank=True, required=False)


class DecisionBody(Body):
    """The chair's decision. Before gate 3 a go, conditional or not, states its funding: all three `funding_*`."""

    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    reason_code = serializers.ChoiceField(ReasonCode.choices, required=False)
    learning = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    conditions = ConditionBody(many=True, required=False)
    funding_amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True, required=False)
    funding_until = serializers.DateField(allow_null=True, required=False)
    time_box_days = serializers.IntegerField(min_value=1, max_value=3650, allow_null=True, required=False)
    pivot_to = serializers.IntegerField(min_value=0, max_value=3, allow_null=True, required=False)
    revive_date = serializers.DateField(allow_null=True, required=False)
    revive_trigger = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    funding_people = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, required=False)
    freed_amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True, required=False)
    freed_people = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, required=False)
    release = serializers.CharField(
        max_length=100, allow_blank=True, required=False, help_text="The label of the release that is approved."
    )
    pivot_changes = serializers.DictField(
        child=serializers.CharField(max_length=LONG, allow_blank=True),
        required=False,
        help_text="For a pivot: what problem, users, approach and data become; at least one of them.",
    )


class SignOffBody(Body):
    """A signature, bound to the revisions that were seen."""

    state = serializers.ChoiceField(SignOffState.choices)
    comment = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    revisions = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), max_length=100, required=False
    )
    release = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, required=False)
    tier = serializers.ChoiceField(Tier.choices, required=False)


def as_request(values: Mapping[str, Any]) -> Request:
    """The gates' request; raises `Invalid` for unknown people."""
    plans = values.get("plans", [])
    owners = _people(plans, "plans")
    return Request(
        kind=values["kind"],
        proposal=values.get("proposal", ""),
        convened_reason=values.get("convened_reason", ""),
        plans=tuple(ClosingPlan(plan["criterion"], owners[plan["owner"].lower()], plan["due_date"]) for plan in plans),
    )


def as_ballot(values: Mapping[str, Any]) -> Ballot:
    """The gates' ballot."""
    rest = {name: value for name, value in values.items() if name not in {"dossier_revision", "conditions", "seat"}}
    return Ballot(
        **rest,
        seen_revision=values["dossier_revision"],
        conditions=tuple(values.get("conditions", ())),
        seat_id=values.get("seat"),
    )


def as_ruling(values: Mapping[str, Any]) -> Ruling:
    """The gates' ruling; raises `Invalid` for unknown people."""
    conditions = values.get("conditions", [])
    owners = _people(conditions, "conditions")
    terms = tuple(
        ConditionTerms(row["text"], owners[row["owner"].lower()], row["due_date"], row.get("criterion", ""))
        for row in conditions
    )
    return Ruling(**{**values, "conditions": terms})


def _people(rows: Iterable[Mapping[str, Any]], place: str) -> dict[str, int]:
    """Ids by user name in small letters; an unknown one is an error at its place."""
    names = [row["owner"].lower() for row in rows]
    found = {name: pk for pk, name in _ids(names)}
    problems = [
        FieldProblem(f"/{place}/{index}/owner", "unknown_person", "There is no active person of this user name.")
        for index, name in enumerate(names)
        if name not in found
    ]
    if problems:
        raise Invalid(problems)
    return found


def _ids(names: Iterable[str]) -> Iterable[tuple[int, str]]:
    for name in set(names):
        pk = User.objects.filter(username__iexact=name, is_active=True).values_list("pk", flat=True).first()
        if pk is not None:
            yield pk, name
