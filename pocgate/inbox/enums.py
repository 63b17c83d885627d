"""Kinds of notification, their topics, and how they travel."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """Why somebody is told something."""

    VOTE_OUTSTANDING = "vote_outstanding", _("vote outstanding")
    SIGN_OFF_OUTSTANDING = "sign_off_outstanding", _("sign-off outstanding")
    DECISION_OVERDUE = "decision_overdue", _("decision overdue")
    DECISION_MADE = "decision_made", _("decision made")
    REVIEW_REQUESTED = "review_requested", _("gate requested")
    TIME_BOX_ENDING = "time_box_ending", _("time-box ending")
    CONDITION_DUE = "condition_due", _("condition due")
    IMPORT_FINISHED = "import_finished", _("import finished")
    COST_NOTICE = "cost_notice", _("cost against its cap")
    STANDING_LAPSED = "standing_lapsed", _("standing lapsed")
    HOLD_ENDING = "hold_ending", _("pause ending")
    REVIEW_PROPOSED = "review_proposed", _("review proposed")
    GATE_DATE = "gate_date", _("gate date")
    EVIDENCE_ENDING = "evidence_ending", _("evidence ending")
    WAIVER_ENDING = "waiver_ending", _("waiver ending")
    DELEGATION_ENDING = "delegation_ending", _("delegation ending")
    KPI_READING_MISSED = "kpi_reading_missed", _("KPI reading missed")
    SWAMP_SIGNAL = "swamp_signal", _("swamp signal")
    OVERRIDE_WAITING = "override_waiting", _("override to sign")
    MEETING = "meeting", _("meeting")
    MAIL_BOUNCED = "mail_bounced", _("mail came back")
    CHANNEL_FAILED = "channel_failed", _("channel does not answer")


class Topic(models.TextChoices):
    """Kinds that a person chooses a delivery for together."""

    DUTIES = "duties", _("Your duties")
    DECISIONS = "decisions", _("Reviews and decisions")
    DATES = "dates", _("Dates that come near")
    MEASURES = "measures", _("Costs and measurements")
    WORK = "work", _("Your own work")
    ACCOUNT = "account", _("Your account and channels")


class Delivery(models.TextChoices):
    """When a mail goes out; in the application everything is told at once."""

    IMMEDIATE = "immediate", _("at once")
    DAILY = "daily", _("daily digest")
    WEEKLY = "weekly", _("weekly digest")
    OFF = "off", _("no mail")


class Cadence(models.TextChoices):
    """How often a digest comes."""

    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")


class MailState(models.TextChoices):
    """The way of a notification's mail: `held` waits for a digest, `digest` went into one, `none` has no mail."""

    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    NONE = "none", _("no mail")
    FAILED = "failed", _("failed")
    HELD = "held", _("waits for the digest")
    DIGEST = "digest", _("in a digest")


class DigestState(models.TextChoices):
    """`planned` is claimed for the day, `composing` is being written, `empty` had nothing to say."""

    PLANNED = "planned", _("planned")
    COMPOSING = "composing", _("being written")
    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    EMPTY = "empty", _("nothing to say")
    NONE = "none", _("no mail")
    FAILED = "failed", _("failed")


class MailTextKind(models.TextChoices):
    """The mails that have a text of their own."""

    NOTIFICATION = "notification", _("single notification")
    DIGEST = "digest", _("digest")


class ChannelKind(models.TextChoices):
    """What understands the posts of a channel."""

    SLACK = "slack", _("Slack or compatible")
    TEAMS = "teams", _("Microsoft Teams")
    WEBHOOK = "webhook", _("plain webhook")


class PostState(models.TextChoices):
    """The way of a post to a channel."""

    DUE = "due", _("due")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
