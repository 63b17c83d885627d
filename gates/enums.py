"""The gates' words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What a gate can say."""

    GO = "go", _("go")
    CONDITIONAL_GO = "conditional_go", _("conditional go")
    PIVOT = "pivot", _("pivot")
    PAUSE = "pause", _("pause")
    STOP = "stop", _("stop")


class ReviewState(models.TextChoices):
    REQUESTED = "requested", _("requested")
    IN_PREPARATION = "in_preparation", _("in preparation")
    VOTING = "voting", _("voting")
    CLOSED = "closed", _("closed")
    DECIDED = "decided", _("decided")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN_REVIEW_STATES = (
    ReviewState.REQUESTED,
    ReviewState.IN_PREPARATION,
    ReviewState.VOTING,
    ReviewState.CLOSED,
)


class ReviewKind(models.TextChoices):
    SCHEDULED = "scheduled", _("scheduled")
    OUT_OF_CYCLE = "out_of_cycle", _("out of cycle")


class SeatRole(models.TextChoices):
    CHAIR = "chair", _("chair")
    DEPUTY = "deputy", _("deputy chair")
    MEMBER = "member", _("member")
    COMPLIANCE = "compliance", _("compliance")
    SECURITY = "security", _("security")
    FINANCE = "finance", _("finance")


class Discipline(models.TextChoices):
    BUSINESS = "business", _("business")
    TECHNICAL = "technical", _("technical")
    COMPLIANCE = "compliance", _("compliance")
    SECURITY = "security", _("security")
    FINANCE = "finance", _("finance")
    OPERATIONS = "operations", _("operations")


class SignOffState(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")


class ChecklistKind(models.TextChoices):
    """A sign-off of an `S` criterion, or the countersignature on an attested governance answer."""

    SIGN_OFF = "sign_off", _("sign-off")
    COUNTERSIGN = "countersign", _("countersignature")
