"""Kinds of duty as the database finds them: a statement of subjects with deadlines, and what becomes of each chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Case, CharField, DateField, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from gates.queries.duty import Duty
from gates.queries.reminding.chairs import Chairs
from portfolio.enums import Origin, Status, TeamRole
from scoring.rules.playbook import ReminderPolicy

# In the text of a subject whose persons may be others since somebody was told: all are handed to the inbox anew, which
# keeps what each was told once.
AGAIN = "again"
UNDER_WAY = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)
ANY_CASE = "UC-0000"
# PostgreSQL takes a bare NULL in a list of columns for a text.
NOBODY = Cast(Value(None), IntegerField())


class Subject(NamedTuple):
    """One thing with a deadline. `since` is the day it arose; `place` the department whose committee decides.

    `person_id` is whose duty it is, where that is one person; `text` what the kind's own words need, or `AGAIN`.
    """

    pk: int
    deadline: date
    since: date
    case_id: int | None
    number: int
    title: str
    gate: int | None
    place: int | None
    person_id: int | None
    text: str

    @property
    def reference(self) -> str:
        """The case's name, `UC-0042`."""
        return f"UC-{self.number:04d}"


Build = Callable[[Sequence[Subject], Chairs], Iterable[Duty]]


@dataclass(frozen=True)
class Words:
    """What is to be done (with `gate`, `case`, `title`, `text` to fill in), why one is told, and the page for it."""

    what: str
    reason: str
    page: str
    anchor: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of duty: `subjects` until a day, in the columns of `Subject`, and the duties of a chunk of them.

    With `tells_first_day` people are reminded on the very day it arose; otherwise they were told of it then. What
    `warns` comes before its deadline as well, the rest from that day on. Where `words` say all there is to say to the
    subject's own person, the database tells them.
    """

    kind: str
    subject_type: str
    subjects: Callable[[datetime, date], QuerySet[Any, Any]]
    duties: Build
    tells_first_day: bool = False
    warns: bool = True
    is_state: bool = False
    words: Callable[[], Words] | None = None

    def policy(self, policy: ReminderPolicy) -> ReminderPolicy:
        """When this source is reminded of, of what the playbook says."""
        return policy if self.warns else replace(policy, before_days=(0,))


def plain(
    kind: str, subject_type: str, words: Callable[[], Words], *, to_heads: bool = False, is_state: bool = False
) -> Build:
    """Duties of each subject's own person, `to_heads` also of chair and deputy; the chair is told in the end.

    Chair and deputy are told as well where there is no such person.
    """

    def duties(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
        said, told = words(), chairs.told(found)
        headed = found if to_heads else [one for one in found if one.person_id is None]
        heads = chairs.heads(headed) if headed else {}
        for one in found:
            yield Duty(
                kind=kind,
                subject_type=subject_type,
                subject_id=one.pk,
                case_id=one.case_id,
                deadline=one.deadline,
                since=one.since,
                person_ids=(one.person_id,) if one.person_id else (),
                head_ids=heads.get(one.pk, ()),
                chair_ids=told.get(one.pk, ()),
                what=said.what % {"gate": one.gate, "case": one.reference, "title": one.title, "text": one.text},
                reason=said.reason,
                url=page_of(said.page, one.reference, said.anchor),
                is_state=is_state,
            )

    return duties


def columns(rows: Any, *, case: str, **own: Any) -> Any:
    """The rows in the columns of `Subject`. `case` is the path to the case, "" where the row is the case itself."""
    to = f"{case}__" if case else ""
    named: dict[str, Any] = {
        "pk_": F("pk"),
        "case_id_": F(f"{to}pk"),
        "number_": F(f"{to}number"),
        "title_": F(f"{to}title"),
        "gate_": F(f"{to}stage"),
        "place_": Coalesce(f"{to}unit_id", f"{to}department_id"),
        "person_id_": NOBODY,
        "text_": Value("", CharField()),
        **{f"{name}_": value for name, value in own.items()},
    }
    return rows.annotate(**named).values_list(*[f"{name}_" for name in Subject._fields])


def without_case(rows: Any, *, deadline: Any, since: Any) -> Any:
    """Rows that belong to no single case."""
    nothing, no_text = NOBODY, Value("", CharField())
    values = (F("pk"), deadline, since, nothing, Value(0), no_text, nothing, nothing, nothing, no_text)
    named = {f"{name}_": value for name, value in zip(Subject._fields, values, strict=True)}
    return rows.annotate(**named).values_list(*named)


def with_owner(rows: Any, *, case: str) -> Any:
    """Those of cases that somebody here answers for, with the product owner, if there is one, named `holder`.

    Where nobody owns the case, or the owner's account is closed, chair and deputy are told: who else could act?
    """
    return owner_if_any(rows, case=case).filter(accepted(case))


def owner_id() -> Case:
    """The product owner of rows that name one `holder`, as long as the account is open."""
    return Case(When(holder__user__is_active=True, then=F("holder__user_id")))


def owner_if_any(rows: Any, *, case: str) -> Any:
    """The rows with the product owner of the case, if it has one, named `holder`."""
    to = f"{case}__team" if case else "team"
    is_owner = Q(**{f"{to}__role": TeamRole.PRODUCT_OWNER, f"{to}__ended_at__isnull": True})
    return rows.alias(holder=FilteredRelation(to, condition=is_owner))


def accepted(case: str) -> Q:
    """Of rows with `owner_if_any`: cases that somebody here answers for; imported ones nobody took on are at peace."""
    to = f"{case}__" if case else ""
    governed = Q(**{f"{to}governed_at__isnull": False}) | Q(**{f"{to}origin": Origin.ENTERED})
    return governed | Q(holder__user__is_active=True)


def day_of(moment: str | Combinable) -> TruncDate:
    """The date in the time zone of the installation."""
    return TruncDate(moment, tzinfo=timezone.get_default_timezone(), output_field=DateField())


def page_of(name: str, reference: str, anchor: str = "") -> str:
    """The address of a case's page. Resolving it anew for each of thousands of rows would take longer than the rest."""
    return _pattern(name).replace(ANY_CASE, reference) + anchor


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[ANY_CASE])
