"""The version of the playbook a review was opened under."""

from __future__ import annotations

from gates.models import GateReview
from scoring.queries.playbooks import PublishedPlaybook, playbook_of


def version_of(review: GateReview) -> PublishedPlaybook:
    """The pinned version with its rules; later versions do not touch the review."""
    row = review.playbook
    return PublishedPlaybook(row.pk, row.number, row.digest, row.published_at, playbook_of(row.pk))
