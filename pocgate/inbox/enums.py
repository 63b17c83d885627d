"""Kinds of notification."""

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
    MEETING = "meeting", _("meeting")
