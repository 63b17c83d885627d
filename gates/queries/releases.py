"""A release that wants to go out, and whether a decision approved it."""

from __future__ import annotations

from dataclasses import dataclass

from gates.queries.standing import approvals
from gates.rules.standing import FREE_KINDS, is_outside_approval
from portfolio.enums import ReleaseKind
from portfolio.models import Release, UseCase


@dataclass(frozen=True)
class ReleaseAsked:
    """The release that asks. One that is not on record counts as new behaviour; `record` is its id, `kind` its word."""

    label: str
    kind: str | None
    record: int | None
    is_outside: bool

    @property
    def is_free(self) -> bool:
        """Rollbacks and security fixes, which nothing holds up."""
        return self.kind in FREE_KINDS


def release_asked(case: UseCase, label: str | None) -> ReleaseAsked:
    """The release by its label; without one nothing asks."""
    if label is None:
        return ReleaseAsked("", None, None, is_outside=False)
    release = Release.objects.filter(case=case, label=label).first()
    kind = release.kind if release else ReleaseKind.FEATURE.value
    approved = set(
        approvals().filter(review__case=case, release__isnull=False).values_list("release__label", flat=True)
    )
    is_outside = is_outside_approval(
        kind=kind, is_approved=label in approved, any_approved=bool(approved), stage=case.stage
    )
    return ReleaseAsked(label, kind, release.pk if release else None, is_outside)
