"""What a gate needs beside its criteria: owner, ratings, committee; each with who mends it and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.models import Committee
from gates.queries.evaluation import Evaluation
from pocgate.kernel.errors import Blocker
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.rules.scorecard import Scorecard

OWNER_MISSING, SCORECARD_MISSING, NO_COMMITTEE = "owner_missing", "scorecard_missing", "no_committee"


@dataclass(frozen=True)
class Gap:
    """Something missing that is no criterion, in the reader's language. `who` is a key, as for an open must."""

    code: str
    title: str
    text: str
    who: str
    how: str


def has_owner(case: UseCase) -> bool:
    """Whether somebody answers for the case as its product owner."""
    owners = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    return owners.exists()


def gaps_of(case: UseCase, evaluation: Evaluation | None, committee: Committee | None) -> tuple[Gap, ...]:
    """Everything missing beside criteria; a committee is asked for only where the stage is known."""
    return tuple(_gaps(case, evaluation, committee))


def gap_blocker(gap: Gap) -> Blocker:
    """The gap as a reason of a refusal."""
    shown = {"title": gap.title, "text": gap.text, "how": gap.how, "who": gap.who.replace("_", " ")}
    return Blocker(gap.code, "{title}: {text} {how} ({who})", shown)


def _gaps(case: UseCase, evaluation: Evaluation | None, committee: Committee | None) -> Iterator[Gap]:
    if not has_owner(case):
        yield Gap(
            OWNER_MISSING,
            _("Product owner"),
            _("Nobody owns this case."),
            "product_owner",
            _("A product owner takes it on under Team, or an administrator names one there."),
        )
    if evaluation is not None and evaluation.scorecard is not None and evaluation.scorecard.quadrant is None:
        yield _scorecard_gap(evaluation, evaluation.scorecard)
    if case.stage is not None and committee is None:
        yield Gap(
            NO_COMMITTEE,
            _("Committee"),
            _("No committee is appointed for gate %(gate)s and this department.") % {"gate": case.stage},
            "admin",
            _("An administrator appoints one under Committees."),
        )


def _scorecard_gap(evaluation: Evaluation, found: Scorecard) -> Gap:
    policy = evaluation.playbook.scorecard
    demand = evaluation.playbook.gate(evaluation.gate).scorecard
    scores = (*found.value.criteria, *found.feasibility.criteria)
    # The criterion with the fewest assessors decides: every one has to be rated by enough of them.
    raters = min(len({rating.assessor_id for rating in score.ratings}) for score in scores)
    text = ngettext(
        "%(count)s person rated value and feasibility whole; at least %(needed)s from %(disciplines)s disciplines "
        "are asked for, %(outside)s of them from outside the team.",
        "%(count)s people rated value and feasibility whole; at least %(needed)s from %(disciplines)s disciplines "
        "are asked for, %(outside)s of them from outside the team.",
        raters,
    )
    shown = {"count": raters, "needed": policy.assessors, "disciplines": policy.disciplines}
    how = _("Assessors rate under Value & feasibility.")
    if demand is not None and demand.rated_within_days:
        how += " " + _("Ratings count for %(days)s days.") % {"days": demand.rated_within_days}
    title = _("Scorecard")
    return Gap(SCORECARD_MISSING, title, text % {**shown, "outside": policy.from_outside_team}, "assessors", how)
