"""Search everywhere: cases, decisions, people and pages, a few of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gates.models import Decision
from pocgate.identity.models import User
from pocgate.identity.queries import active_people
from pocgate.kernel.http import REFERENCE
from pocgate.web.badges import OUTCOMES
from pocgate.web.navigation import pages_for
from pocgate.web.person import Standing
from portfolio.enums import Stage
from portfolio.models import UseCase

OF_A_KIND = 6
CASES_SHOWN = 8
LONGEST_QUERY = 200
DECISION = re.compile(r"GD-([0-9]{4})-0*([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    """One thing found, with where it is."""

    icon: str
    text: str | Promise
    url: str
    code: str = ""
    note: str | Promise = ""


@dataclass(frozen=True)
class HitGroup:
    """Things of one kind."""

    title: str | Promise
    hits: Sequence[Hit]


def search(text: str, *, user: User, standing: Standing, now: datetime) -> list[HitGroup]:
    """What fits the words; without words the pages, so that the dialog is never empty."""
    words = text.replace("\x00", "").strip()[:LONGEST_QUERY]
    groups = [HitGroup(_("Pages"), list(_pages(words, standing)))]
    if words:
        groups[:0] = [
            HitGroup(_("Cases"), list(_cases(words, user, now))),
            HitGroup(_("Decisions"), list(_decisions(words, user, now))),
            HitGroup(_("People"), list(_people(words))),
        ]
    return [group for group in groups if group.hits]


def _cases(text: str, user: User, now: datetime) -> Iterator[Hit]:
    cases = UseCase.objects.visible_to(user, now=now).filter(archived_at__isnull=True)
    reference = REFERENCE.fullmatch(text)
    if reference:
        cases = cases.filter(number=int(reference.group(1)))
    elif text.isdecimal() and len(text) <= len("123456789"):
        cases = cases.filter(Q(number=int(text)) | Q(title__icontains=text))
    else:
        for word in text.split():
            cases = cases.filter(title__icontains=word)
    for case in cases.only("number", "title", "stage", "status").order_by("-updated_at", "-pk")[:CASES_SHOWN]:
        note = Stage(case.stage).label if case.stage is not None else ""
        yield Hit("file-check", case.title, reverse("case", args=[case.reference]), case.reference, note)


def _decisions(text: str, user: User, now: datetime) -> Iterator[Hit]:
    visible = UseCase.objects.visible_to(user, now=now)
    decisions = Decision.objects.filter(review__case__in=visible.values("pk")).select_related("review__case")
    number = DECISION.fullmatch(text)
    if number:
        decisions = decisions.filter(year=int(number.group(1)), number=int(number.group(2)))
    else:
        for word in text.split():
            decisions = decisions.filter(Q(reason__icontains=word) | Q(review__case__title__icontains=word))
    for decision in decisions.order_by("-decided_at", "-pk")[:OF_A_KIND]:
        look = OUTCOMES[decision.outcome]
        url = reverse("gates:decision", args=[decision.reference])
        yield Hit(look.icon, decision.review.case.title, url, decision.reference, look.word)


def _people(text: str) -> Iterator[Hit]:
    people = active_people()
    for word in text.split():
        people = people.filter(Q(full_name__icontains=word) | Q(username__icontains=word))
    for found in people[:OF_A_KIND]:
        url = f"{reverse('table')}?owner={found.pk}"
        yield Hit("user-round", str(found), url, note=found.job_title or _("their cases"))


def _pages(text: str, standing: Standing) -> Iterator[Hit]:
    for page, url in pages_for(standing):
        if not text or text.lower() in str(page.label).lower():
            yield Hit(page.icon, page.label, url)
