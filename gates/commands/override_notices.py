"""What people are told about overrides: who can sign or consent that one waits, and who asked that it was refused."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from gates.models import OverrideRequest
from gates.queries.overrides import consenters, second_signers
from gates.queries.seats import standings_of
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind


def tell_override_requested(request: OverrideRequest, *, now: datetime) -> None:
    """Those who can sign second, and the budget holder where the cap is passed over."""
    shown = _shown(request)
    signers = second_signers(request, standings_of(request.review, now=now))
    title = _("An override to %(outcome)s waits for a second signature: %(case)s %(title)s") % shown
    reason = _("You get this because your seat can sign an override second.")
    notify(_notice(request, "requested", title, reason), user_ids=signers, now=now)
    title = _("An override passes over the cap and needs your consent: %(case)s %(title)s") % shown
    reason = _("You get this because you are the budget holder of this case.")
    notify(_notice(request, "consent", title, reason), user_ids=consenters(request), now=now)


def tell_override_refused(request: OverrideRequest, *, now: datetime) -> None:
    """Who asked for it learns who refused."""
    shown = _shown(request) | {"who": str(request.settled_by)}
    title = _("%(who)s refused the override to %(outcome)s: %(case)s %(title)s") % shown
    reason = _("You get this because you asked for this override.")
    notify(_notice(request, "refused", title, reason), user_ids=[request.requested_by_id], now=now)


def _shown(request: OverrideRequest) -> dict[str, str]:
    case = request.review.case
    return {"outcome": request.get_outcome_display(), "case": case.reference, "title": case.title}


def _notice(request: OverrideRequest, occasion: str, title: str, reason: str) -> Notice:
    return Notice(
        kind=NotificationKind.OVERRIDE_WAITING,
        subject_type="override",
        subject_id=request.pk,
        occasion=occasion,
        title=title,
        reason=reason,
        url=f"{reverse('gates:room', args=[request.review_id])}#override",
        case_id=request.review.case_id,
    )
