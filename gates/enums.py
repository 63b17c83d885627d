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
    WAIVED = "waived", _("waived")


class ChecklistKind(models.TextChoices):
    """A sign-off of an `S` criterion, the countersignature on an attested governance answer, or an extra item."""

    SIGN_OFF = "sign_off", _("sign-off")
    COUNTERSIGN = "countersign", _("countersignature")
    EXTRA = "extra", _("extra item")


class ReviewTrigger(models.TextChoices):
    """Why a review is proposed or opens by itself."""

    TIME_BOX = "time_box", _("the time-box is long over")
    PAUSE_OVER = "pause_over", _("the pause is over")
    OPERATING = "operating", _("the operating review is due")
    BASELINE = "baseline", _("the first review of an imported case is due")
    STANDING = "standing", _("the standing lapsed")
    INCIDENT = "incident", _("a serious incident")
    RELEASE = "release", _("a release outside what was approved")
    CHANGE = "change", _("a change was requested")
    TIER = "tier", _("the risk tier changed")
    CAP = "cap", _("a cap was raised")
    COST = "cost", _("cost reached a share of the cap")
    REVIVE = "revive", _("what the stop waited for happened")


class StandingState(models.TextChoices):
    """Whether the latest go still stands."""

    VALID = "valid", _("valid")
    LAPSED = "lapsed", _("lapsed")
    UNGATED = "ungated", _("no go yet")


class OverrideState(models.TextChoices):
    PENDING = "pending", _("waits for the second signature")
    SIGNED = "signed", _("signed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


class Attendance(models.TextChoices):
    """What a member said about coming; `present` and `absent` are recorded at the meeting."""

    YES = "yes", _("comes")
    NO = "no", _("does not come")
    MAYBE = "maybe", _("may come")
    PRESENT = "present", _("was present")
    ABSENT = "absent", _("was absent")


class ChecklistState(models.TextChoices):
    """Where a version of a list of extra items stands; it follows from its times."""

    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    RETIRED = "retired", _("retired")
