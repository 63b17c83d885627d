"""Evidence with its revisions, and the files behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from pocgate.identity.models import User
from portfolio.models import Evidence, EvidenceRevision, UseCase

SOON_DAYS = 30


@dataclass(frozen=True)
class EvidenceView:
    """Evidence and its revisions, newest first. `state`: valid, soon, expired or withdrawn."""

    evidence: Evidence
    revisions: tuple[EvidenceRevision, ...]
    state: str

    @property
    def current(self) -> EvidenceRevision:
        """The revision that counts."""
        return self.revisions[0]


def evidence_views(case: UseCase, *, today: date) -> list[EvidenceView]:
    """The evidence of a case, newest first, withdrawn ones last; two queries."""
    revisions = EvidenceRevision.objects.select_related("uploaded_by").order_by("-number")
    rows = Evidence.objects.filter(case=case).prefetch_related(Prefetch("revisions", revisions))
    views = []
    for evidence in rows.order_by("-created_at", "-pk"):
        known = tuple(evidence.revisions.all())
        if known:
            views.append(EvidenceView(evidence, known, _state(evidence, known[0], today)))
    return sorted(views, key=lambda view: view.state == "withdrawn")


def _state(evidence: Evidence, current: EvidenceRevision, today: date) -> str:
    if evidence.withdrawn_at is not None:
        return "withdrawn"
    if current.valid_until is None:
        return "valid"
    days = (current.valid_until - today).days
    if days < 0:
        return "expired"
    return "soon" if days <= SOON_DAYS else "valid"


def revision_for(user: User, case_number: int, evidence_id: int, number: int, now: datetime) -> EvidenceRevision:
    """The revision of a visible case's evidence; 404 otherwise."""
    visible = UseCase.objects.visible_to(user, now=now).filter(number=case_number)
    evidence = Evidence.objects.filter(pk=evidence_id, case__in=visible)
    return get_object_or_404(EvidenceRevision.objects.filter(evidence__in=evidence), number=number)


def evidence_for(user: User, case_number: int, evidence_id: int, now: datetime) -> Evidence:
    """The evidence of a visible case; 404 otherwise."""
    visible = UseCase.objects.visible_to(user, now=now).filter(number=case_number)
    return get_object_or_404(Evidence.objects.filter(case__in=visible).select_related("case"), pk=evidence_id)
