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
