"""What ends in the coming months: evidence, signatures and waivers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import SignOffState
from gates.models import SignOff
from gates.queries.checklist_templates import extras_in_force
from gates.queries.evaluation import day_here
from pocgate.identity.models import User
from portfolio.enums import Status
from portfolio.models import EvidenceRevision, UseCase
from scoring.enums import WaiverState
from scoring.models import Waiver
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language

EVIDENCE, SIGN_OFF, WAIVER = "evidence", "sign_off", "waiver"
EXPIRY_DAYS = 365
# What ended lately is shown as well: it still has to be renewed.
PAST_DAYS = 31


@dataclass(frozen=True)
class Expiry:
    """One end: of what kind, on which day, what it is and who renews it."""

    kind: str
    day: date
    case: UseCase
    what: str
    who: str
    url: str
    is_over: bool

    @property
    def kind_words(self) -> str:
        """The kind, for people."""
        return {EVIDENCE: _("evidence"), SIGN_OFF: _("signature"), WAIVER: _("waiver")}[self.kind]


def expiries(user: User, *, now: datetime, since: date | None = None, until: date | None = None) -> list[Expiry]:
    """Ends on cases the person sees, by day. Six queries."""
    today = day_here(now)
    first, last = since or today - timedelta(days=PAST_DAYS), until or today + timedelta(days=EXPIRY_DAYS)
    cases = UseCase.objects.visible_to(user, now=now).filter(
        status__in=[Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED]
    )

    found = [*_evidence(cases, today), *_sign_offs(cases, today, now), *_waivers(cases, today)]
    return sorted((one for one in found if first <= one.day <= last), key=lambda one: (one.day, one.case.number))


def expiries_by_month(user: User, *, now: datetime) -> list[tuple[date, list[Expiry]]]:
    """The same by month, each with its first day."""
    grouped = groupby(expiries(user, now=now), key=lambda one: one.day.replace(day=1))
    return [(month, list(rows)) for month, rows in grouped]


def _evidence(cases: QuerySet[UseCase], today: date) -> Iterator[Expiry]:
    newer = EvidenceRevision.objects.filter(evidence=OuterRef("evidence"), number__gt=OuterRef("number"))
    rows = EvidenceRevision.objects.filter(
        ~Exists(newer), evidence__case__in=cases, evidence__withdrawn_at__isnull=True, valid_until__isnull=False
    )
    for row in rows.select_related("evidence__case", "uploaded_by"):
        day = row.valid_until
        if day is not None:
            case = row.evidence.case
            url = reverse("portfolio:evidence", args=[case.reference])
            yield Expiry(EVIDENCE, day, case, row.evidence.title, str(row.uploaded_by or ""), url, day < today)


def _sign_offs(cases: QuerySet[UseCase], today: date, now: datetime) -> Iterator[Expiry]:
    known = {one.key: (in_reader_language(one.title), one.valid_days) for one in current_playbook().criteria}
    known |= {one.name: (one.item.title, one.item.validity_days) for one in extras_in_force(now=now)}
    rows = SignOff.objects.filter(case__in=cases, superseded_at__isnull=True, state=SignOffState.ACCEPTED)
    for row in rows.select_related("case", "signed_by"):
        title, days = known.get(row.criterion, (row.criterion, None))
        if days is not None:
            day = day_here(row.signed_at) + timedelta(days=days)
            url = reverse("gates:checklist", args=[row.case.reference]) + f"#item-{row.criterion}"
            yield Expiry(SIGN_OFF, day, row.case, title, str(row.signed_by), url, day < today)


def _waivers(cases: QuerySet[UseCase], today: date) -> Iterator[Expiry]:
    known = current_playbook().criteria_by_key
    rows = Waiver.objects.filter(case__in=cases, state=WaiverState.GRANTED)
    for row in rows.select_related("case", "requested_by"):
        criterion = known.get(row.criterion)
        title = in_reader_language(criterion.title) if criterion else row.criterion
        url = reverse("gates:case_reviews", args=[row.case.reference])
        day = row.expires_on
        yield Expiry(WAIVER, day, row.case, title, str(row.requested_by), url, day < today)
