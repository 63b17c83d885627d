"""The form of mail preferences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.commands.preferences import Choices
from pocgate.inbox.enums import NotificationKind, Topic
from pocgate.inbox.rules.policy import POLICY, kinds_of, may_unsubscribe

TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MailPreferencesForm(forms.Form):
    """A delivery for each topic, the kinds that are mailed, and the hours; local to the person."""

    digest_at = forms.TypedChoiceField(
        label=_("Digest at"),
        coerce=time.fromisoformat,
        choices=[(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)],
    )
    digest_weekday = forms.TypedChoiceField(
        label=_("Weekly digest on"), coerce=int, choices=[(number, day) for number, day in WEEKDAYS.items()]
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=TIME)
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False, widget=TIME)
    away_from = forms.DateField(label=_("First day away"), required=False, widget=DAY)
    away_until = forms.DateField(label=_("Last day away"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic in Topic:
            offered = [(delivery.value, capfirst(delivery.label)) for delivery in POLICY[topic].deliveries]
            self.fields[topic.value] = forms.ChoiceField(label=topic.label, choices=offered)
            for kind in kinds_of(topic):
                if may_unsubscribe(kind):
                    self.fields[_mailed(kind)] = forms.BooleanField(label=capfirst(kind.label), required=False)

    @staticmethod
    def start(choices: Choices) -> dict[str, Any]:
        """The form's first values."""
        return {
            **choices.deliveries,
            **{_mailed(kind): kind not in choices.muted for kind in NotificationKind},
            "digest_at": f"{choices.digest_at:%H:%M}",
            "digest_weekday": choices.digest_weekday,
            "quiet_from": choices.quiet_from,
            "quiet_until": choices.quiet_until,
            "away_from": choices.away_from,
            "away_until": choices.away_until,
        }

    def choices(self) -> Choices:
        """What was chosen, of a form that is valid."""
        values = self.cleaned_data
        return Choices(
            deliveries={topic.value: values[topic.value] for topic in Topic},
            muted=frozenset(
                kind.value for kind in NotificationKind if may_unsubscribe(kind) and not values[_mailed(kind)]
            ),
            digest_at=values["digest_at"],
            digest_weekday=values["digest_weekday"],
            quiet_from=values["quiet_from"],
            quiet_until=values["quiet_until"],
            away_from=values["away_from"],
            away_until=values["away_until"],
        )

    def topics(self) -> Iterator[tuple[BoundField, list[BoundField], list[NotificationKind]]]:
        """Each topic's field, the fields of its kinds, and the kinds that are mandatory."""
        for topic in Topic:
            kinds = kinds_of(topic)
            fields = [self[_mailed(kind)] for kind in kinds if may_unsubscribe(kind)]
            yield self[topic.value], fields, [kind for kind in kinds if not may_unsubscribe(kind)]


def _mailed(kind: str) -> str:
    return f"mail_{kind}"
