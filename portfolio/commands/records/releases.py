"""Releases: written down once and for ever. Which of them a gate approved stands in its decisions."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_measure, invalid_when, note_change
from portfolio.commands.standing import ask_for_standing
from portfolio.enums import ReleaseKind
from portfolio.models import Release
from portfolio.rules.operating import Build, build_problems


def record_release(*, case_id: int, build: Build, actor: User, now: datetime) -> tuple[Release, bool]:
    """Write a release down; True when it is new, False when the same one is on record under its label.

    Rollbacks and security fixes are told as such, so that nothing holds them up.
    """
    invalid_when(build_problems(build, kinds=ReleaseKind.values))
    with transaction.atomic():
        case = case_to_measure(case_id, act="record_release", actor=actor, now=now)
        values = _values(build)
        known = Release.objects.filter(case=case, label=values["label"]).first()
        if known is not None:
            same = all(getattr(known, name) == value for name, value in values.items())
            invalid_when([] if same else [_reused(build.label)])
            return known, False
        release = Release.objects.create(case=case, recorded_at=now, recorded_by=actor, **values)
        note_change(case, Act("release.recorded", "release", release.pk, case.pk, {}, values), actor=actor, now=now)
        ask_for_standing(case.pk)
    return release, True


def _values(build: Build) -> dict[str, object]:
    return {
        "label": build.label.strip(),
        "kind": build.kind,
        "parts": {part: version.strip() for part, version in sorted(build.parts.items()) if version.strip()},
        "digest": build.digest.strip(),
        "note": build.note.strip(),
    }


def _reused(label: str) -> FieldProblem:
    message = "Another release of this case is on record as “{label}”; a release never changes, so give it a new label."
    return FieldProblem("label", "reused_label", message, {"label": label})
