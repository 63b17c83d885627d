"""States of webhook endpoints and of deliveries."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EndpointState(models.TextChoices):
    """Whether an endpoint is sent to. A removed one is kept for the log of its deliveries."""

    ACTIVE = "active", _("active")
    DISABLED = "disabled", _("disabled")
    REMOVED = "removed", _("removed")


class DeliveryState(models.TextChoices):
    """How far a delivery is. One that is tried again waits until `due_at`; a failed one used up its attempts.

    A dropped one was never to be sent: its endpoint was removed, or enabled from then on.
    """

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("dropped")


class DeliveryCause(models.TextChoices):
    """Why a delivery is sent: only events are tried again and count for the endpoint's health."""

    EVENT = "event", _("event")
    REPLAY = "replay", _("replay")
    TEST = "test", _("test")


# The nouns of every verb, in alphabetical order. A verb of a new noun adds it here, so that programs can ask for it.
NOUNS = (
    *("answer", "answers", "benefit_entry", "business_case", "calendar", "case", "change_request", "channel"),
    *("checklist", "committee", "condition", "cost", "cost_plan", "costs", "decision", "department", "dependency"),
    *("evidence", "fact", "feedback", "finding", "import", "inbox", "incident", "job", "kpi", "mail_text"),
    *("mapping", "meeting", "operations_reading", "override", "playbook", "release", "review", "revive_trigger"),
    *("risk", "role", "scope", "scorecard", "sign_off", "standing", "team", "tier", "token", "training_session"),
    *("user", "waiver", "webhook"),
)
