"""How states look: tone, icon and word, the same everywhere. Outcomes never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from gates.enums import Outcome, ReviewState, StandingState
from pocgate.kernel.enums import JobState
from pocgate.ledger.enums import DeliveryState
from portfolio.enums import Stage, Status, Tier
from scoring.enums import FindingReply, FindingState, Severity, SwampKind, Verdict


@dataclass(frozen=True)
class Look:
    """A tone of `components.css`, a lucide icon, and the word beside it."""

    tone: str
    icon: str
    word: str | Promise


def _looks(words: Mapping[str, str | Promise], drawn: Mapping[str, tuple[str, str]]) -> dict[str, Look]:
    return {key: Look(tone, icon, words[key]) for key, (tone, icon) in drawn.items()}


def _words(choices: Sequence[tuple[str, str | Promise]]) -> dict[str, str | Promise]:
    return dict(choices)


OUTCOMES = _looks(
    {**_words(Outcome.choices), "abstain": _("abstain"), "not_ready": _("not ready"), "none": _("no decision")},
    {
        "go": ("go", "circle-check"),
        "conditional_go": ("warn", "list-checks"),
        "pivot": ("pivot", "rotate-ccw"),
        "pause": ("hold", "circle-pause"),
        "stop": ("stop", "octagon-x"),
        "abstain": ("plain", "circle-minus"),
        "not_ready": ("warn", "hourglass"),
        "none": ("plain", "circle-dashed"),
    },
)
VERDICTS = _looks(
    _words(Verdict.choices),
    {
        "pass": ("go", "check"),
        "fail": ("stop", "x"),
        "stale": ("warn", "clock-alert"),
        "not_enough_evidence": ("hold", "circle-dashed"),
        "returned": ("stop", "undo-2"),
        "waived": ("pivot", "hand"),
        "not_applicable": ("plain", "circle-minus"),
    },
)
STATUSES = _looks(
    _words(Status.choices),
    {
        "draft": ("plain", "pencil"),
        "active": ("accent", "circle-dot"),
        "in_review": ("pivot", "gavel"),
        "paused": ("hold", "circle-pause"),
        "stopped": ("stop", "octagon-x"),
        "retired": ("hold", "archive"),
    },
)
TIERS = _looks(
    _words(Tier.choices),
    {
        "unassessed": ("plain", "shield"),
        "minimal": ("go", "shield-check"),
        "limited": ("warn", "shield"),
        "high": ("stop", "shield-alert"),
        "prohibited": ("stop", "ban"),
    },
)
REVIEW_STATES = _looks(
    _words(ReviewState.choices),
    {
        "requested": ("accent", "hourglass"),
        "in_preparation": ("accent", "clipboard-check"),
        "voting": ("pivot", "vote"),
        "closed": ("warn", "gavel"),
        "decided": ("go", "stamp"),
        "withdrawn": ("plain", "undo-2"),
    },
)
STANDINGS = _looks(
    {**_words(StandingState.choices), "lapsed": _("approval lapsed")},
    {
        "valid": ("go", "shield-check"),
        "lapsed": ("stop", "shield-x"),
        "ungated": ("plain", "circle-dashed"),
    },
)
JOB_STATES = _looks(
    _words(JobState.choices),
    {
        "waiting": ("plain", "hourglass"),
        "running": ("accent", "refresh-cw"),
        "done": ("go", "check"),
        "failed": ("stop", "triangle-alert"),
    },
)
SCHEDULE_STATES = _looks(
    {
        "never": _("not yet"),
        "waiting": _("waiting"),
        "running": _("running"),
        "done": _("done"),
        "late": _("late"),
        "failed": _("failed"),
    },
    {
        "never": ("plain", "hourglass"),
        "waiting": ("plain", "hourglass"),
        "running": ("accent", "refresh-cw"),
        "done": ("go", "check"),
        "late": ("warn", "clock-alert"),
        "failed": ("stop", "triangle-alert"),
    },
)
FINDING_STATES = _looks(
    _words(FindingState.choices),
    {
        "fired": ("stop", "flag"),
        "clear": ("go", "check"),
        "cannot_tell": ("hold", "circle-question-mark"),
    },
)
SEVERITIES = _looks(
    _words(Severity.choices), {"serious": ("stop", "triangle-alert"), "moderate": ("warn", "triangle-alert")}
)
REPLIES = _looks(
    _words(FindingReply.choices),
    {"agree": ("accent", "check"), "mend": ("accent", "wrench"), "dispute": ("pivot", "message-square")},
)
SWAMP = _looks(
    _words(SwampKind.choices),
    {
        "past_time_box": ("warn", "clock-alert"),
        "idle": ("warn", "hourglass"),
        "past_revive_date": ("warn", "circle-pause"),
        "repeated_turns": ("warn", "rotate-ccw"),
        "no_active_owner": ("warn", "user-round"),
    },
)
DELIVERY_STATES = _looks(
    _words(DeliveryState.choices),
    {
        "waiting": ("plain", "hourglass"),
        "sending": ("accent", "refresh-cw"),
        "delivered": ("go", "check"),
        "failed": ("stop", "triangle-alert"),
        "dropped": ("plain", "ban"),
    },
)
FAMILIES: Mapping[str, Mapping[str, Look]] = {
    "outcome": OUTCOMES,
    "verdict": VERDICTS,
    "status": STATUSES,
    "tier": TIERS,
    "review": REVIEW_STATES,
    "standing": STANDINGS,
    "job": JOB_STATES,
    "delivery": DELIVERY_STATES,
    "schedule": SCHEDULE_STATES,
    "finding": FINDING_STATES,
    "severity": SEVERITIES,
    "reply": REPLIES,
    "swamp": SWAMP,
}
UNKNOWN = Look("plain", "circle-dashed", _("not known"))


@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, css_class: str = "") -> SafeString:
    """An inline drawing, hidden from screen readers because a word stands beside it."""
    attributes = {"class": f"lucide {css_class}".strip(), "aria-hidden": "true", "focusable": "false"}
    return SafeString(lucide(name, size=size, **attributes))


def look_of(family: str, value: object) -> Look:
    """The look of a value; an unknown word is shown as it is."""
    text = str(value or "")
    return FAMILIES[family].get(text) or (Look("plain", "circle-dashed", text) if text else UNKNOWN)


def badge(family: str, value: object, size: str = "") -> SafeString:
    """Colour, icon and word of a state; `size="lg"` for the places where one decides."""
    look = look_of(family, value)
    large = " tag-lg" if size == "lg" else ""
    return format_html(
        '<span class="tag tone-{}{}" data-{}="{}">{}{}</span>',
        look.tone,
        large,
        family,
        str(value or ""),
        icon(look.icon, 17 if large else 13),
        look.word,
    )


def stage_tag(stage: int | None) -> SafeString:
    """A stage by number and name; a dashed circle where it is not known."""
    if stage is None:
        return format_html('<span class="stage-tag is-unknown"><b aria-hidden="true">?</b>{}</span>', _("not known"))
    return format_html('<span class="stage-tag"><b>{}</b>{}</span>', stage, Stage(stage).label)
