"""States of webhook endpoints and of deliveries, and the verbs that are told."""

from collections.abc import Mapping, Sequence

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


# Every act that the feed and webhooks tell, by its noun: a verb is `noun.act`. A new verb is added here and worded in
# `web.wording`; programs ask for whole nouns or for single verbs.
TOLD: Mapping[str, Sequence[str]] = {
    "answer": ("given", "verified", "evidence_linked"),
    "answers": ("imported",),
    "benefit_entry": ("recorded", "corrected"),
    "business_case": ("set",),
    "calendar": ("made", "revoked"),
    "case": (
        "registered",
        "edited",
        "submitted",
        "archived",
        "unarchived",
        "imported",
        "import_updated",
        "stage_identified",
        "entered_review",
        "left_review",
        "moved",
        "resumed",
        "time_box_extended",
        "records_locked",
        "records_unlocked",
    ),
    "change_request": ("recorded", "corrected", "withdrawn", "settled"),
    "channel": ("added", "ended"),
    "checklist": ("drafted", "published", "retired", "discarded"),
    "committee": ("created", "dissolved", "seat_delegated", "delegation_revoked", "seat_given", "seat_ended"),
    "condition": ("cleared",),
    "cost": ("recorded", "corrected", "noticed", "justified"),
    "cost_plan": ("proposed", "agreed"),
    "costs": ("recorded",),
    "decision": ("corrected", "made"),
    "department": ("created", "renamed", "member_set"),
    "dependency": ("recorded", "corrected", "resolved"),
    "evidence": ("attached", "revised", "withdrawn"),
    "fact": ("set", "leaving_prohibited_proposed"),
    "feedback": ("recorded", "answered", "corrected"),
    "finding": ("answered",),
    "import": ("received", "started", "applied"),
    "inbox": (
        "preferences_set",
        "kind_muted",
        "kind_unmuted",
        "digests_ended",
        "address_bounced",
        "bounce_cleared",
        "mail_retried",
    ),
    "incident": ("recorded", "corrected", "contained", "reported"),
    "job": ("retried",),
    "kpi": (
        "defined",
        "redefined",
        "renamed",
        "retired",
        "threshold_set",
        "reading_recorded",
        "readings_recorded",
        "reading_corrected",
    ),
    "mail_text": ("edited", "reset"),
    "mapping": ("saved", "deleted"),
    "meeting": (
        "planned",
        "changed",
        "cancelled",
        "item_added",
        "item_removed",
        "item_moved",
        "answered",
        "started",
        "minuted",
        "held",
    ),
    "operations_reading": ("recorded", "corrected"),
    "override": ("requested", "consented", "signed", "refused", "withdrawn"),
    "playbook": ("draft_begun", "draft_saved", "draft_moved", "draft_discarded", "published"),
    "release": ("recorded",),
    "review": (
        "proposed",
        "proposal_dismissed",
        "requested",
        "preparation_begun",
        "dossier_frozen",
        "voting_opened",
        "voting_extended",
        "voting_closed",
        "question_asked",
        "question_answered",
        "veto_lifted",
        "veto_appealed",
        "veto_appeal_answered",
        "recused",
        "seat_given",
        "seat_ended",
        "seat_delegated",
        "delegation_revoked",
        "withdrawn",
    ),
    "revive_trigger": ("reported",),
    "risk": ("recorded", "corrected", "accepted", "closed"),
    "role": ("granted", "revoked"),
    "scope": ("added", "removed"),
    "scorecard": ("rated",),
    "sign_off": ("accepted", "returned", "waived", "outdated"),
    "standing": ("lapsed", "restored"),
    "team": ("joined", "left", "role_confirmed"),
    "tier": ("assessed",),
    "token": ("created", "revoked", "rotated"),
    "training_session": ("recorded", "held", "corrected"),
    "user": ("address_corrected", "created", "edited", "password_changed", "activated", "deactivated"),
    "waiver": ("requested", "signed_first", "granted", "refused", "revoked", "expired"),
    "webhook": ("created", "edited", "secret_rotated", "disabled", "enabled", "removed", "tested", "replayed"),
}
NOUNS = tuple(TOLD)
VERBS = tuple(f"{noun}.{act}" for noun, acts in TOLD.items() for act in acts)
# Recorded, and never told, neither before nor after the close.
NEVER_TOLD = ("review.voted", "review.vote_changed")
