"""Template tags every page may use; each draws one thing the same way everywhere."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide as drawn_icon

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.web import badges
from pocgate.web.drawing import LARGE, SMALL, drawn
from pocgate.web.queries.case_head import case_head
from pocgate.web.queries.jobs import purpose_of
from pocgate.web.queries.track import GateTrack, track_of
from portfolio.models import UseCase

register = template.Library()
AVATAR_HUES = 6
TRACK_ICON = 16
# Seconds of each unit, below how many seconds it is taken, and the words.
SOON = ((1, 60, _("in %(count)s s")), (60, 3600, _("in %(count)s min")), (3600, 86_400, _("in %(count)s h")))


@register.simple_tag
def badge(family: str, value: object, size: str = "") -> SafeString:
    """`{% badge "status" case.status %}`; families: outcome, verdict, status, tier, review, job."""
    return badges.badge(family, value, size)


@register.filter
def purpose(task: str) -> str:
    """What a kind of job is for: `{{ job.kind|purpose }}`."""
    return purpose_of(task)


@register.simple_tag
def lucide(name: str, size: int = 24, css_class: str = "") -> SafeString:
    """An icon, drawn once per process; hidden from screen readers because a word stands beside it."""
    return badges.icon(name, size, css_class)


@register.simple_tag
def stage_tag(stage: int | None) -> SafeString:
    """A stage's number and name."""
    return badges.stage_tag(stage)


@register.simple_tag
def when(at: datetime | date | None, style: str = "date") -> SafeString:
    """The local date with the exact time on hover; `style`: date, time (with the hour), ago or soon."""
    if at is None:
        return format_html('<span class="faint">{}</span>', gettext("not known"))
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.date_format(at, "j M Y"))
    local = timezone.localtime(at)
    exact = f"{formats.date_format(local, 'j F Y, H:i:s')} {local:%Z}"
    shown = {
        "date": formats.date_format(local, "j M Y"),
        "time": formats.date_format(local, "j M Y, H:i"),
        "ago": _ago(at),
        "soon": _soon(at) or formats.date_format(local, "j M Y, H:i"),
    }[style]
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, shown)


def _ago(at: datetime) -> str:
    if timezone.now() - at < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(at, depth=1)}


def _soon(at: datetime) -> str:
    """How long until then in one unit, for less than a day; a time that has come is now."""
    seconds = math.ceil((at - timezone.now()).total_seconds())
    if seconds <= 0:
        return gettext("now")
    for length, limit, words in SOON:
        if seconds < limit:
            return str(words) % {"count": seconds // length}
    return ""


@register.simple_tag
def money(amount: Decimal | float | str | None, currency: str = "EUR") -> SafeString:
    """An amount with its currency code and thousands separators; cents only when there are any."""
    if amount is None or amount == "":
        return format_html('<span class="faint">{}</span>', gettext("not set"))
    value = Decimal(str(amount))
    places = 0 if value == value.to_integral_value() else 2
    shown = formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    return format_html('<span class="num"><span class="faint">{}</span>&nbsp;{}</span>', currency, shown)


@register.simple_tag
def avatar(person: User | None, size: str = "") -> SafeString:
    """Initials on one of six grounds, always the same for a person; decorative beside the name."""
    if person is None or person.pk is None:
        return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', f"avatar-{size}", "·")
    return format_html(
        '<span class="avatar avatar-{} h-{}" aria-hidden="true">{}</span>',
        size or "m",
        person.pk % AVATAR_HUES,
        person.initials,
    )


@register.simple_tag
def field_widget(field: BoundField) -> SafeString:
    """The field's widget with the classes of its kind and a mark when it is in error."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return field.as_widget()
    if isinstance(widget, CheckboxInput):
        kind = "form-check-input"
    else:
        kind = "form-select" if isinstance(widget, Select) else "form-control"
    given = widget.attrs.get("class", "")
    invalid = " is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": f"{kind}{invalid} {given}".strip()})


@register.filter
def is_check(field: BoundField) -> bool:
    """A single box to tick: its label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Several boxes or dots: a fieldset with a legend."""
    return isinstance(field.field.widget, (RadioSelect, CheckboxSelectMultiple))


@register.filter
def said(blocker: Blocker) -> str:
    """A blocker's or problem's sentence in the reader's language."""
    return gettext(blocker.message).format(**blocker.params)


@register.filter
def figure(value: Decimal | float | str | None) -> str:
    """A measured value with separators and without the noughts that only the column adds."""
    if value is None or value == "":
        return "–"
    number = Decimal(str(value)).normalize()
    exponent = number.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return formats.number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True)


@register.filter
def percent(value: object) -> int:
    """A whole number from 0 to 100 for `w-…` classes and drawings."""
    try:
        return max(0, min(100, round(float(str(value)))))
    except ValueError:
        return 0


@register.simple_tag
def word(family: str, value: object) -> str:
    """Only the word of a state, for sentences and titles."""
    return str(badges.look_of(family, value).word)


@register.simple_tag
def gate_track(track: GateTrack, size: str = "small") -> str:
    """The signature drawing; `small` on cards and rows, `large` in the case's header."""
    scale = LARGE if size == "large" else SMALL
    return render_to_string(f"web/_track_{size}.html", {"drawing": drawn(track, scale)})


@register.simple_tag
def case_track(case: UseCase) -> GateTrack:
    """The gate track of one case, for a page that does not show its header; four queries."""
    return track_of(case, now=timezone.now())


@register.simple_tag
def track_icon(outcome: str, x: float, middle: int) -> SafeString:
    """An outcome's icon in the middle of its diamond."""
    half = TRACK_ICON // 2
    drawing = drawn_icon(
        badges.look_of("outcome", outcome).icon, size=TRACK_ICON, x=x - half, y=middle - half, **{"class": "gate-icon"}
    )
    return SafeString(drawing)


@register.simple_tag(takes_context=True)
def case_header(context: Context, case: UseCase, active_tab: str = "") -> str:
    """The head of every page of a case: gate track, people, next gate, what it takes, and the tabs."""
    request = context["request"]
    values: dict[str, Any] = {"head": case_head(case, now=timezone.now()), "case": case, "active_tab": active_tab}
    return render_to_string("cases/_header.html", values, request=request)
