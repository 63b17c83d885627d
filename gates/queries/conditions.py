"""What may show that a condition is met."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from portfolio.models import EvidenceRevision, UseCase

MOST = 200


def revisions_to_name(case: UseCase) -> Sequence[EvidenceRevision]:
    """The latest revision of each piece of the case's evidence that was not withdrawn, the newest first."""
    newer = EvidenceRevision.objects.filter(evidence=OuterRef("evidence"), number__gt=OuterRef("number"))
    rows = EvidenceRevision.objects.filter(~Exists(newer), evidence__case=case, evidence__withdrawn_at__isnull=True)
    return list(rows.select_related("evidence").order_by("-uploaded_at", "-pk")[:MOST])
