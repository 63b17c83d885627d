"""Cases with team, facts, scope, spells and holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from pocgate.demo.plan.imported import FILE_NAME, file_text
from pocgate.demo.plan.people import ADMINISTRATOR
from pocgate.demo.plan.shapes import CasePlan, MemberPlan
from pocgate.demo.writing.organisation import Ground
from pocgate.demo.writing.portion import BATCH, Portion
from pocgate.kernel.bulk import Row, write_rows
from pocgate.kernel.counters import next_numbers
from pocgate.kernel.stored_files import store
from portfolio.commands.cases import NUMBERS
from portfolio.models import CaseFact, CaseOrigin, Hold, ImportRun, ScopeItem, StageSpell, TeamMember, UseCase

MAX_FILE = 1_000_000


def write_cases(plans: Sequence[CasePlan], ground: Ground, *, now: datetime) -> Portion:
    """The rows of the cases, numbered in the order in which they were registered."""
    ordered = sorted(plans, key=lambda plan: plan.created_at)
    numbers = next_numbers(NUMBERS, len(ordered))
    rows = [_case(plan, number, ground) for plan, number in zip(ordered, numbers, strict=True)]
    UseCase.objects.bulk_create(rows, batch_size=BATCH)
    portion = Portion(ground, now, tuple(ordered), tuple(rows))
    for plan, case in portion.pairs():
        _tell_beginning(portion, plan, case)
    _write_origins(portion)
    return portion


def _case(plan: CasePlan, number: int, ground: Ground) -> UseCase:
    place = ground.places[plan.unit] if plan.unit else (None, None)
    return UseCase(
        number=number,
        title=plan.title,
        problem_statement=plan.problem,
        affected_process=plan.process,
        affected_users=plan.users,
        expected_benefit=plan.benefit,
        technology=list(plan.technology),
        category=plan.category,
        department_id=place[0],
        unit_id=place[1],
        vendor=plan.vendor,
        stage=plan.stage,
        status=plan.status,
        iteration=plan.iteration,
        origin="imported" if plan.cells else "entered",
        governed_at=plan.reviews[0].requested_at if plan.reviews else None,
        records_locked_at=next((review.opened_at for review in plan.reviews if review.decision is None), None),
        created_by_id=ground.people[plan.created_by],
        created_at=plan.created_at,
        updated_at=plan.updated_at,
        tier=plan.tier,
        target_gate_date=plan.target_gate_date,
    )


def _tell_beginning(portion: Portion, plan: CasePlan, case: UseCase) -> None:
    verb = "case.imported" if plan.cells else "case.registered"
    subject, by = ("use_case", case.pk), plan.created_by
    portion.tell(verb, subject, plan, case, at=plan.created_at, by=by, after={"title": plan.title})
    if plan.submitted_at is not None:
        after = {"status": "active", "stage": 0}
        portion.tell("case.submitted", subject, plan, case, at=plan.submitted_at, by=by, after=after)


def _write_origins(portion: Portion) -> None:
    found = [(plan, case) for plan, case in portion.pairs() if plan.cells]
    if not found:
        return
    content = file_text().encode()
    kept = store([content], limit=MAX_FILE)
    at = found[0][0].created_at
    run = ImportRun.objects.create(
        file_name=FILE_NAME,
        sha256=kept.sha256,
        size=kept.size,
        state="applied",
        mapping_confirmed=True,
        created_by_id=portion.person(ADMINISTRATOR),
        created_at=at,
        checked_at=at,
        applied_at=at,
    )
    CaseOrigin.objects.bulk_create(
        [
            CaseOrigin(
                case=case,
                run=run,
                row=plan.cells.row,
                values={"title": plan.title},
                raw=dict(plan.cells.raw),
                digest=sha256(repr(plan.cells.raw).encode()).hexdigest(),
            )
            for plan, case in found
            if plan.cells
        ]
    )


def write_people_and_facts(portion: Portion) -> None:
    """Team, facts and scope."""
    members = [(plan, case, member) for plan, case in portion.pairs() for member in plan.members]
    keys = write_rows(TeamMember, [_member(portion, case, member) for _plan, case, member in members])
    for (plan, case, member), key in zip(members, keys, strict=True):
        subject, after = ("team_member", key), {"user": portion.person(member.person), "role": member.role}
        portion.tell("team.joined", subject, plan, case, at=member.started_at, by=plan.created_by, after=after)
        if member.confirmed_at is not None and member.role != "product_owner":
            at = member.confirmed_at
            portion.tell("team.role_confirmed", subject, plan, case, at=at, by=member.person, after=after)
    _write_facts(portion)
    write_rows(
        ScopeItem,
        [
            {"case_id": case.pk, "kind": item.kind, "text": item.text, "added_at": item.added_at}
            for plan, case in portion.pairs()
            for item in plan.scope
        ],
    )


def _member(portion: Portion, case: UseCase, member: MemberPlan) -> Row:
    return {
        "case_id": case.pk,
        "user_id": portion.person(member.person),
        "role": member.role,
        "started_at": member.started_at,
        "ended_at": member.ended_at,
        "confirmed_at": member.confirmed_at,
    }


def _write_facts(portion: Portion) -> None:
    facts = [(plan, case, fact) for plan, case in portion.pairs() for fact in plan.facts]
    keys = write_rows(
        CaseFact,
        [
            {
                "case_id": case.pk,
                "key": fact.key,
                "value": fact.value,
                "valid_from": fact.valid_from,
                "recorded_by_id": portion.person(fact.by),
            }
            for _plan, case, fact in facts
        ],
    )
    for (plan, case, fact), key in zip(facts, keys, strict=True):
        after = {fact.key: fact.value}
        portion.tell("fact.set", ("case_fact", key), plan, case, at=fact.valid_from, by=fact.by, after=after)


def write_stays(portion: Portion) -> None:
    """Spells and holds."""
    # The names of a planned stay or pause are those of its columns.
    write_rows(
        StageSpell,
        [{"case_id": case.pk, **vars(spell)} for plan, case in portion.pairs() for spell in plan.spells],
    )
    write_rows(Hold, [{"case_id": case.pk, **vars(hold)} for plan, case in portion.pairs() for hold in plan.holds])
