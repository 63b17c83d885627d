"""Scoring's words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaybookState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class Answer(models.TextChoices):
    """What was said about a criterion; imported answers and `unanswered` count 0 until answered here."""

    MET = "met", _("met")
    PARTLY = "partly", _("partly met")
    NOT_MET = "not_met", _("not met")
    NOT_APPLICABLE = "not_applicable", _("not applicable")
    UNANSWERED = "unanswered", _("unanswered")
    ACCEPTED = "accepted", _("accepted by compliance")
    RETURNED = "returned", _("returned by compliance")
    OUTDATED = "outdated", _("sign-off outdated")
    IN_PROGRESS = "in_progress", _("in progress (imported)")
    PLANNED = "planned", _("planned (imported)")
    WAIVED = "waived", _("waived elsewhere (imported)")
    PRECLUDED = "precluded", _("precluded (imported)")
    WITHHELD = "withheld", _("withheld (imported)")


class Verdict(models.TextChoices):
    """How a criterion stands; missing never passes."""

    PASS = "pass", _("passes")
    FAIL = "fail", _("fails")
    STALE = "stale", _("expired")
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence", _("not shown")
    RETURNED = "returned", _("returned")
    WAIVED = "waived", _("waived")
    NOT_APPLICABLE = "not_applicable", _("does not apply")


class Level(models.TextChoices):
    MUST = "must", _("must-meet")
    SHOULD = "should", _("should-meet")


class Detector(models.TextChoices):
    """The seven anti-patterns; their titles stand in the playbook."""

    SANDBOX_HEROICS = "sandbox_heroics", _("sandbox heroics")
    HYPE_CHASING = "hype_chasing", _("hype chasing")
    GOVERNANCE_LATER = "governance_later", _("governance later")
    COST_BLINDNESS = "cost_blindness", _("cost blindness")
    NO_CHANGE_MANAGEMENT = "no_change_management", _("no change management")
    WEAK_METRICS = "weak_metrics", _("weak metrics")
    GOLD_PLATING = "gold_plating", _("gold-plating")


class FindingState(models.TextChoices):
    """What a detector says of a case; without the records it needs it can not tell."""

    FIRED = "fired", _("fired")
    CLEAR = "clear", _("clear")
    CANNOT_TELL = "cannot_tell", _("cannot tell")


class Severity(models.TextChoices):
    """By a strong signal, or by weak ones alone."""

    SERIOUS = "serious", _("serious")
    MODERATE = "moderate", _("moderate")


class FindingReply(models.TextChoices):
    AGREE = "agree", _("agreed")
    MEND = "mend", _("will be mended")
    DISPUTE = "dispute", _("disputed")


class SwampKind(models.TextChoices):
    """Signs that a case lingers."""

    PAST_TIME_BOX = "past_time_box", _("past the time-box")
    IDLE = "idle", _("nothing of substance")
    PAST_REVIVE_DATE = "past_revive_date", _("paused past its date")
    REPEATED_TURNS = "repeated_turns", _("pauses or pivots in a row")
    NO_ACTIVE_OWNER = "no_active_owner", _("no active owner")


class CapScope(models.TextChoices):
    """What a cap limits: the money of a stage, of the whole case, or of a month."""

    STAGE = "stage", _("the stage")
    CASE = "case", _("the whole case")
    RUN_RATE = "run_rate", _("the monthly run-rate")


class CapState(models.TextChoices):
    """How cost stands to a cap, the worst first; `sure` when even the lower bound of the forecast passes it."""

    OVER = "over", _("over the cap")
    SURE = "sure", _("surely over by then")
    LIKELY = "likely", _("likely over by then")
    POSSIBLE = "possible", _("possibly over by then")
    CANNOT_TELL = "cannot_tell", _("cannot be told yet")
    WITHIN = "within", _("within the cap")


class WaiverState(models.TextChoices):
    """The life of a waiver; only a granted one counts, and only until it expires."""

    REQUESTED = "requested", _("requested")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    REVOKED = "revoked", _("revoked")
    EXPIRED = "expired", _("expired")
