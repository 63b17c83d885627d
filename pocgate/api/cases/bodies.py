"""What callers send about use cases."""

from __future__ import annotations

from datetime import UTC

from rest_framework import serializers

from pocgate.api.bodies import Body
from portfolio.commands.rows import BATCH_LIMIT
from portfolio.enums import FACT_VALUES, CostLine, CostRecurrence, CostState
from portfolio.rules.registration import TEXT_LIMITS


class FactsBody(Body):
    """Facts that switch criteria; absent ones stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        """One choice per fact."""
        return {
            str(key): serializers.ChoiceField(choices.choices, required=False) for key, choices in FACT_VALUES.items()
        }


class CaseBody(Body):
    """The describing fields of a case. `department` and `unit` are names."""

    title = serializers.CharField(max_length=TEXT_LIMITS["title"])
    problem_statement = serializers.CharField(
        max_length=TEXT_LIMITS["problem_statement"], allow_blank=True, required=False
    )
    affected_process = serializers.CharField(
        max_length=TEXT_LIMITS["affected_process"], allow_blank=True, required=False
    )
    affected_users = serializers.CharField(max_length=TEXT_LIMITS["affected_users"], allow_blank=True, required=False)
    expected_benefit = serializers.CharField(
        max_length=TEXT_LIMITS["expected_benefit"], allow_blank=True, required=False
    )
    category = serializers.CharField(max_length=TEXT_LIMITS["category"], allow_blank=True, required=False)
    vendor = serializers.CharField(max_length=TEXT_LIMITS["vendor"], allow_blank=True, required=False)
    technology = serializers.ListField(child=serializers.CharField(max_length=60), max_length=20, required=False)
    department = serializers.CharField(max_length=200, allow_null=True, required=False)
    unit = serializers.CharField(max_length=200, allow_null=True, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    target_gate_date = serializers.DateField(allow_null=True, required=False)
    facts = FactsBody(required=False)


class SubmissionBody(Body):
    """Nothing is needed to hand a draft in."""


class ReadingBody(Body):
    """A measurement over a period; `error` is the standard error in the KPI's unit, `unit` that of the KPI if given."""

    value = serializers.DecimalField(max_digits=20, decimal_places=6)
    observed_from = serializers.DateTimeField(default_timezone=UTC)
    observed_to = serializers.DateTimeField(default_timezone=UTC)
    sample_size = serializers.IntegerField(min_value=0, max_value=2_000_000_000, allow_null=True, required=False)
    error = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True, required=False)
    method = serializers.CharField(max_length=300, allow_blank=True, required=False)
    raters = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True, required=False)
    agreement = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True, required=False)
    unit = serializers.CharField(max_length=40, allow_blank=True, required=False)
    release = serializers.CharField(max_length=100, allow_blank=True, required=False)
    source = serializers.CharField(max_length=200, allow_blank=True, required=False)  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=200, allow_null=True, required=False)


class ReadingRowBody(ReadingBody):
    """A row of a batch."""

    reference = serializers.RegexField(r"(?i)^UC-0*[1-9][0-9]{0,8}$")
    kpi = serializers.CharField(max_length=60)


class BillBody(Body):
    """The foreign bill behind an amount."""

    currency = serializers.RegexField(r"^[A-Z]{3}$")
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    rate = serializers.DecimalField(max_digits=16, decimal_places=8)
    on = serializers.DateField()


class CostBody(Body):
    """Money for a service period; `period_end` is the day after the last. Amounts are in the case's currency."""

    line = serializers.ChoiceField(CostLine.choices)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    state = serializers.ChoiceField(CostState.choices)
    recurrence = serializers.ChoiceField(CostRecurrence.choices)
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    note = serializers.CharField(max_length=300, allow_blank=True, required=False)
    source = serializers.CharField(max_length=200, allow_blank=True, required=False)  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=200, allow_null=True, required=False)
    bill = BillBody(allow_null=True, required=False)


class CostRowBody(CostBody):
    """A row of a batch; `currency` must be the case's."""

    reference = serializers.RegexField(r"(?i)^UC-0*[1-9][0-9]{0,8}$")
    currency = serializers.RegexField(r"^[A-Z]{3}$", allow_null=True, required=False)


class ReadingsBody(Body):
    """A batch."""

    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=BATCH_LIMIT)


class CostsBody(ReadingsBody):
    """A batch."""


class JustificationBody(Body):
    """Why the money was needed, and what comes next."""

    text = serializers.CharField(max_length=4000)
