"""Filling an installation with the demonstration organisation, in portions of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction

from gates.models import Committee
from pocgate.demo.plan.portfolio import plan_portfolio
from pocgate.demo.plan.shapes import CasePlan
from pocgate.demo.writing.cases import write_cases, write_people_and_facts, write_stays
from pocgate.demo.writing.costs import write_cost_notices
from pocgate.demo.writing.files import Files
from pocgate.demo.writing.frames import Frames
from pocgate.demo.writing.measures import write_kpis
from pocgate.demo.writing.money import write_money
from pocgate.demo.writing.notices import quiet_mail, write_last_look, write_notices
from pocgate.demo.writing.organisation import Ground, ground_of, write_organisation
from pocgate.demo.writing.papers import write_answers, write_evidence, write_ratings, write_sign_offs
from pocgate.demo.writing.reviews import write_reviews
from pocgate.demo.writing.use import write_use
from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.costs import watch_costs
from scoring.commands.findings import refresh_findings
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.positions import place_cases
from scoring.commands.readiness import recompute_cases

PORTION = 1000
RECOMPUTED_UP_TO = 5000


class CannotSeed(Exception):
    """The demonstration can not be loaded here; the message says why and what to do."""


@dataclass(frozen=True)
class Seeded:
    """How many cases were written, and of how many the readiness was computed."""

    cases: int
    recomputed: int


def is_loaded() -> bool:
    """Whether the demonstration organisation lives in this installation."""
    return User.objects.filter(is_demo=True).exists()


def seed(
    *, cases: int, seed_number: int, now: datetime, recompute: bool, progress: Callable[[str, int], None]
) -> Seeded:
    """Write the organisation where it is missing, then `cases` cases; `progress` hears what is done and how far.

    Each portion is written in a transaction of its own. Raises `CannotSeed`, with nothing written.
    """
    _refuse_elsewhere()
    before = UseCase.objects.count()
    version = ensure_default_playbook(now=now)
    with transaction.atomic():
        is_first = not is_loaded()
        ground = write_organisation(seed=seed_number, now=now) if is_first else ground_of()
    plans = plan_portfolio(cases, seed=seed_number, now=now, playbook=version.rules, start=before)
    files, frames, written, recomputed = Files(), Frames(version), 0, 0
    for portion in _portions(plans):
        with transaction.atomic():
            ids = _write(portion, ground, frames, files, now=now)
        written += len(ids)
        progress("written", written)
        if recompute:
            recomputed += recompute_cases(ids, now=now).cases
            refresh_findings(ids, now=now)
            place_cases(ids, now=now)
            watch_costs(ids, now=now)
            quiet_mail(now=now)
            progress("computed", recomputed)
    if is_first and recompute:
        with transaction.atomic():
            write_last_look(now=now)
    return Seeded(written, recomputed)


def _refuse_elsewhere() -> None:
    if settings.SERVER_MODE:
        raise CannotSeed(
            "POCGATE_MODE=server: the demonstration has sign-ins with a known password, so it never exists on a "
            "server. Load it into an embedded installation, or into a database of its own for measuring."
        )
    if not is_loaded() and (UseCase.objects.exists() or Committee.objects.exists()):
        raise CannotSeed(
            "This installation has use cases or committees of its own; the demonstration would mix with them. "
            "Point POCGATE_VAR or DATABASE_URL to an empty one."
        )


def _portions(plans: Iterator[CasePlan]) -> Iterator[tuple[CasePlan, ...]]:
    while portion := tuple(islice(plans, PORTION)):
        yield portion


def _write(plans: Iterable[CasePlan], ground: Ground, frames: Frames, files: Files, *, now: datetime) -> list[int]:
    """One portion, parents before children; spells last, for dossiers are read back from a past without them."""
    portion = write_cases(tuple(plans), ground, now=now)
    write_people_and_facts(portion)
    write_kpis(portion)
    write_money(portion)
    write_use(portion)
    write_evidence(portion, files)
    write_answers(portion)
    write_sign_offs(portion)
    write_ratings(portion)
    told = write_reviews(portion, frames)
    write_stays(portion)
    write_cost_notices(portion)
    portion.write_acts()
    write_notices(told, now=now)
    return [case.pk for case in portion.cases]
