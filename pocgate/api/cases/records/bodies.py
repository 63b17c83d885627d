"""What callers send about the use of a case."""

from __future__ import annotations

from datetime import UTC

from rest_framework import serializers

from pocgate.api.bodies import Body
from portfolio.enums import ChangeKind, DependencyOn, FeedbackChannel, IncidentSeverity, OperationsFigure, ReleaseKind
from portfolio.rules.dependencies import MITIGATION_LENGTH, TEXT_LENGTH
from portfolio.rules.feedback import TEXT_LENGTH as FEEDBACK_LENGTH
from portfolio.rules.operating import DIGEST_LENGTH, LABEL_LENGTH, NOTE_LENGTH
from portfolio.rules.operating import TEXT_LENGTH as OPERATING_LENGTH

LARGEST_COUNT = 2_000_000_000


class RecordBody(Body):
    """Under its `external_id` a record of a case is taken once."""

    source = serializers.CharField(max_length=200, allow_blank=True, required=False)  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=200, allow_null=True, required=False)


class FeedbackBody(RecordBody):
    """What a user or user group said; `rating` from 1 (poor) to 5 (good)."""

    given_by = serializers.CharField(max_length=200)
    channel = serializers.ChoiceField(FeedbackChannel.choices)
    text = serializers.CharField(max_length=FEEDBACK_LENGTH)
    received_at = serializers.DateTimeField(default_timezone=UTC)
    rating = serializers.IntegerField(min_value=1, max_value=5, allow_null=True, required=False)


class BenefitBody(RecordBody):
    """Money gained or saved; `period_end` is the day after the last; `currency`, if given, must be the case's."""

    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    method = serializers.CharField(max_length=300)
    scale_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, required=False, help_text="Share of the full scale that used the case."
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", allow_null=True, required=False)


class TrainingBody(RecordBody):
    """A session, planned while `people_trained` is null. `material` is the id of evidence of the case."""

    audience = serializers.CharField(max_length=200)
    session_date = serializers.DateField()
    people_planned = serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT)
    people_trained = serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT, allow_null=True, required=False)
    material = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, required=False)


class OperationsBody(RecordBody):
    """A figure of operation: 1/s to 1/week of throughput, ms to h of latency, % of errors and availability."""

    figure = serializers.ChoiceField(OperationsFigure.choices)
    value = serializers.DecimalField(max_digits=20, decimal_places=6)
    unit = serializers.CharField(max_length=10)
    observed_from = serializers.DateTimeField(default_timezone=UTC)
    observed_to = serializers.DateTimeField(default_timezone=UTC)
    method = serializers.CharField(max_length=300, allow_blank=True, required=False)
    release = serializers.CharField(max_length=100, allow_blank=True, required=False)


class DependencyBody(RecordBody):
    """What others provide. `on_case` is the reference of a case one sees; without `blocked_date` nothing waits."""

    on = serializers.ChoiceField(DependencyOn.choices)
    on_case = serializers.RegexField(r"(?i)^UC-0*[1-9][0-9]{0,8}$", allow_null=True, required=False)
    text = serializers.CharField(max_length=TEXT_LENGTH)
    is_outside_team = serializers.BooleanField(required=False)
    blocked_date = serializers.DateField(allow_null=True, required=False)


class RiskBody(RecordBody):
    """What may go wrong: likelihood and impact from 1 (low) to 5 (high); `owner` is a user name."""

    text = serializers.CharField(max_length=TEXT_LENGTH)
    likelihood = serializers.IntegerField(min_value=1, max_value=5)
    impact = serializers.IntegerField(min_value=1, max_value=5)
    mitigation = serializers.CharField(max_length=MITIGATION_LENGTH, allow_blank=True, required=False)
    owner = serializers.CharField(max_length=150)


class IncidentBody(RecordBody):
    """Something that went wrong in use. A serious one lapses the approval of the case until it was reviewed."""

    severity = serializers.ChoiceField(IncidentSeverity.choices)
    text = serializers.CharField(max_length=OPERATING_LENGTH)
    detected_at = serializers.DateTimeField(default_timezone=UTC)


class ChangeRequestBody(RecordBody):
    """A wish to go beyond what was approved; `release` is the id of a recorded release, for a new one."""

    kind = serializers.ChoiceField(ChangeKind.choices)
    text = serializers.CharField(max_length=OPERATING_LENGTH)
    release = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, required=False)


class ReleasePartsBody(Body):
    """Versions of what a release is made of."""

    model = serializers.CharField(max_length=LABEL_LENGTH, required=False)
    prompt = serializers.CharField(max_length=LABEL_LENGTH, required=False)
    data = serializers.CharField(max_length=LABEL_LENGTH, required=False)  # type: ignore[assignment]
    vendor = serializers.CharField(max_length=LABEL_LENGTH, required=False)


class ReleaseBody(Body):
    """A version of what runs. Rollbacks and security fixes are never held up."""

    label = serializers.CharField(max_length=LABEL_LENGTH)  # type: ignore[assignment]
    kind = serializers.ChoiceField(ReleaseKind.choices, required=False)
    parts = ReleasePartsBody(required=False)
    digest = serializers.CharField(max_length=DIGEST_LENGTH, allow_blank=True, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, required=False)


class RecordReasonBody(Body):
    """Why a record is replaced, accepted or closed."""

    reason = serializers.CharField(max_length=2000)


class FeedbackCorrection(FeedbackBody, RecordReasonBody):
    """Feedback in the place of a wrong one."""


class BenefitCorrection(BenefitBody, RecordReasonBody):
    """A benefit in the place of a wrong one."""


class TrainingCorrection(TrainingBody, RecordReasonBody):
    """A session in the place of a wrong one."""


class OperationsCorrection(OperationsBody, RecordReasonBody):
    """A figure in the place of a wrong one."""


class DependencyCorrection(DependencyBody, RecordReasonBody):
    """A dependency in the place of a wrong one."""


class RiskCorrection(RiskBody, RecordReasonBody):
    """The risk as it is seen now."""


class IncidentCorrection(IncidentBody, RecordReasonBody):
    """The incident as it is known now."""


class ChangeRequestCorrection(ChangeRequestBody, RecordReasonBody):
    """A request in the place of a wrong one."""


class ContainmentBody(Body):
    """How and when an incident was contained; now without `contained_at`."""

    containment = serializers.CharField(max_length=OPERATING_LENGTH)
    contained_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True, required=False)


class ReportBody(Body):
    """When an incident was reported to the authority; now without `reported_at`."""

    reported_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True, required=False)


class AnswerToFeedbackBody(Body):
    """What the user was answered."""

    answer = serializers.CharField(max_length=FEEDBACK_LENGTH)


class HeldBody(Body):
    """When the session took place and how many were trained."""

    session_date = serializers.DateField()
    people_trained = serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT)


class ResolutionBody(Body):
    """How the dependency was resolved."""

    resolution = serializers.CharField(max_length=TEXT_LENGTH)
