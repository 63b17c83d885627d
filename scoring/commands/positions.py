"""Keeping the position of each case in value × feasibility up to date with its ratings.

Ratings are read and drawn from before the transaction, so that assessors wait only while rows are written. Every read
has its moment: one that began before a position's own is older than it and is dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import ScorecardPosition
from scoring.queries.playbooks import PublishedPlaybook
from scoring.queries.ratings import BATCH, ratings_of
from scoring.rules.canonical import plain, sha256_of
from scoring.rules.sampling import DRAWS, Sampled, Uncertain, sample
from scoring.rules.scorecard import Rating, scorecard
from scoring.rules.weight_shifts import weight_shifts

# Raised when the same ratings are to give another position than before.
METHOD = 1
UPDATED = (
    *("playbook", "value", "value_low", "value_high", "feasibility", "feasibility_low", "feasibility_high"),
    *("priority", "quadrant", "commit_chance", "assessors", "disagreements", "weight_shifts", "draws", "rated_at"),
    *("digest", "computed_at"),
)


def place_cases(case_ids: Iterable[int], *, now: datetime) -> int:
    """Work out the position of each case from its ratings at `now`; how many rows changed.

    Running it twice, late, or twice at once gives the same. Unchanged ratings are not drawn from again.
    """
    playbook = ensure_default_playbook(now=now)
    ids = sorted(set(case_ids))
    return sum(_place_batch(ids[start : start + BATCH], playbook, now=now) for start in range(0, len(ids), BATCH))


def _place_batch(case_ids: Sequence[int], playbook: PublishedPlaybook, *, now: datetime) -> int:
    policy = playbook.rules.scorecard
    policy_digest = sha256_of(policy)
    found = {
        case_id: Uncertain(card, tuple(ratings), _digest(policy_digest, ratings))
        for case_id, ratings in ratings_of(case_ids, now=now).items()
        if ratings and (card := scorecard(policy, ratings, now)).quadrant is not None
    }
    known = dict(ScorecardPosition.objects.filter(case__in=case_ids).values_list("case_id", "digest"))
    changed = {case_id: case for case_id, case in found.items() if known.get(case_id) != case.seed}
    rows = list(_positions(changed, playbook, now=now))
    with transaction.atomic():
        list(UseCase.objects.select_for_update(no_key=True).filter(pk__in=case_ids).order_by("pk").values_list("pk"))
        return _write(case_ids, rows, found, now=now)


def _digest(policy_digest: str, ratings: Sequence[Rating]) -> str:
    """SHA-256 of everything that the position follows from; it seeds the draws as well."""
    given = sorted(
        (
            *(each.criterion, each.assessor_id, each.rating, each.low or 0, each.high or 0),
            *(each.discipline, each.on_team, each.is_owner, each.rated_at.isoformat()),
        )
        for each in ratings
    )
    return hashlib.sha256(repr((METHOD, DRAWS, policy_digest, given)).encode()).hexdigest()


def _positions(
    cases: Mapping[int, Uncertain], playbook: PublishedPlaybook, *, now: datetime
) -> Iterator[ScorecardPosition]:
    if playbook.pk is None:
        raise ValueError("a position names a published playbook")
    policy = playbook.rules.scorecard
    for (case_id, case), sampled in zip(cases.items(), sample(policy, cases.values()), strict=True):
        shifts = weight_shifts(policy, case.card, case.ratings)
        yield ScorecardPosition(
            case_id=case_id,
            playbook_id=playbook.pk,
            **_standing(case, sampled),
            weight_shifts=[plain(asdict(shift)) for shift in shifts],
            digest=case.seed,
            computed_at=now,
        )


def _standing(case: Uncertain, sampled: Sampled) -> dict[str, Any]:
    return {
        "value": case.card.value.score,
        "value_low": sampled.value.low,
        "value_high": sampled.value.high,
        "feasibility": case.card.feasibility.score,
        "feasibility_low": sampled.feasibility.low,
        "feasibility_high": sampled.feasibility.high,
        "priority": case.card.priority,
        "quadrant": case.card.quadrant,
        "commit_chance": sampled.commit_chance,
        "assessors": len({rating.assessor_id for rating in case.counted}),
        "disagreements": list(case.card.disagreements),
        "draws": sampled.draws,
        "rated_at": max(rating.rated_at for rating in case.ratings),
    }


def _write(
    case_ids: Sequence[int], rows: Sequence[ScorecardPosition], found: Mapping[int, Uncertain], *, now: datetime
) -> int:
    stored = ScorecardPosition.objects.filter(case__in=case_ids)
    newer = set(stored.filter(computed_at__gt=now).values_list("case_id", flat=True))
    gone = stored.filter(computed_at__lte=now).exclude(case__in=list(found)).delete()[0]
    stored.filter(computed_at__lt=now, case__in=list(found)).update(computed_at=now)
    current = [row for row in rows if row.case_id not in newer]
    ScorecardPosition.objects.bulk_create(current, update_conflicts=True, unique_fields=["case"], update_fields=UPDATED)
    return len(current) + gone
