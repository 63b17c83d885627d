"""Claimed answers that wait for somebody else to verify them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from portfolio.enums import Status
from portfolio.models import EvidenceRevision, TeamMember, UseCase
from scoring.models import AnswerEvidence, CriterionAnswer
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.vocabulary import ATTESTED, MET, NOT_APPLICABLE, PARTLY

MOST_SHOWN = 100


@dataclass(frozen=True)
class Claim:
    """One claimed answer with what it is about and the evidence it names."""

    case: UseCase
    answer: CriterionAnswer
    title: str
    asks: str
    verifier: str
    revisions: tuple[EvidenceRevision, ...]


def claims_for(user: User, *, now: datetime) -> list[Claim]:
    """Claims of others that this person may verify, the oldest first, at most a hundred. Six queries at most."""
    if not user.is_person:
        return []
    asked = {one.key: one for one in current_playbook().criteria if one.kind == ATTESTED and one.verifier}
    named = AnswerEvidence.objects.select_related("revision__evidence").order_by("pk")
    rows = (
        CriterionAnswer.objects.filter(
            case__in=UseCase.objects.visible_to(user, now=now).filter(status__in=[Status.ACTIVE, Status.IN_REVIEW]),
            criterion__in=asked,
            superseded_at__isnull=True,
            verified_at__isnull=True,
            imported=False,
            answer__in=[MET, PARTLY, NOT_APPLICABLE],
        )
        .exclude(author=user)
        .select_related("case", "author")
        .prefetch_related(Prefetch("evidence", queryset=named))
        .order_by("answered_at", "pk")
    )
    if Role.COMPLIANCE not in roles_of(user, now=now):
        parts = TeamMember.objects.filter(user=user, ended_at__isnull=True).values_list("case_id", "role")
        mine = set(parts)
        rows = rows.filter(case__in={case_id for case_id, _role in mine})
        found = [row for row in rows if (row.case_id, asked[row.criterion].verifier) in mine][:MOST_SHOWN]
    else:
        found = list(rows[:MOST_SHOWN])
    return [
        Claim(
            case=row.case,
            answer=row,
            title=in_reader_language(asked[row.criterion].title),
            asks=in_reader_language(asked[row.criterion].asks),
            verifier=asked[row.criterion].verifier or "",
            revisions=tuple(link.revision for link in row.evidence.all()),
        )
        for row in found
    ]
