"""Waivers: asked for by the team, signed by compliance, ended by refusal, revocation or time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import UseCase
from portfolio.permissions import standing_of
from scoring import errors
from scoring.commands.answers import known_criterion
from scoring.enums import WaiverState
from scoring.models import Waiver
from scoring.permissions import require
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts.basics import end_of_day
from scoring.queries.waivers import signing_state, today_here, wish_state
from scoring.rules.waivers import is_complete, signing_blockers, term_problems, wish_blockers

LONGEST_TEXT = 4000
NOT_YOURS_TO_END = Blocker(
    "waiver_not_yours", "A waiver is refused and revoked by compliance; its requester may take a request back."
)


@dataclass(frozen=True)
class Wish:
    """What is to be waived, why, until when (its last day), and what protects meanwhile."""

    criterion: str
    reason: str
    expires_on: date
    compensation: str = ""


def request_waiver(*, case_id: int, wish: Wish, actor: User, now: datetime) -> Waiver:
    """Ask that a must-meet may stay unmet for a time; of one that is waived now, its renewal.

    Raises Forbidden, Invalid, and NotAllowedNow (no must of the next gate, never waived, too many, renewed already).
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require("request_waiver", actor, case, now=now)
        known_criterion(wish.criterion)
        policy = current_playbook().waivers
        _refuse_values([*_text_problems(wish), *term_problems(wish.expires_on, today=today_here(now), policy=policy)])
        end_overdue([case.pk], now=now)
        state, renewed = wish_state(case, wish.criterion, now=now)
        _refuse(wish_blockers(state, policy))
        waiver = Waiver.objects.create(
            case=case,
            criterion=wish.criterion,
            iteration=case.iteration,
            reason=wish.reason.strip(),
            compensation=wish.compensation.strip(),
            expires_on=wish.expires_on,
            renews=renewed,
            requested_by=actor,
            requested_at=now,
        )
        after = {"criterion": waiver.criterion, "until": wish.expires_on.isoformat(), "reason": waiver.reason}
        record(Act("waiver.requested", "waiver", waiver.pk, case.pk, after=after), actor=actor, now=now)
    return waiver


def sign_waiver(*, waiver_id: int, actor: User, sign_in: SignIn, now: datetime) -> Waiver:
    """Sign a waiver: compliance first, which grants it; a signed criterion waits for a second person, who grants it."""
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        case, waiver = _locked(waiver_id)
        end_overdue([case.pk], now=now)
        _refuse(signing_blockers(signing_state(case, waiver, actor, now=now), current_playbook().waivers))
        has_first = waiver.first_by_id is not None
        signed = {"second_by": actor, "second_at": now} if has_first else {"first_by": actor, "first_at": now}
        if is_complete(known_criterion(waiver.criterion).kind, has_first=has_first):
            _end_renewed(waiver, actor=actor, now=now)
            signed |= {"state": WaiverState.GRANTED, "granted_at": now}
            request_recompute(case.pk, Section.ANSWERS)
        _change(waiver, **signed)
        verb = "waiver.granted" if waiver.state == WaiverState.GRANTED else "waiver.signed_first"
        _note(verb, waiver, actor=actor, now=now)
    return waiver


def refuse_waiver(*, waiver_id: int, note: str, actor: User, now: datetime) -> Waiver:
    """End a request without a waiver: by compliance with a reason, or taken back by its requester."""
    return _end(waiver_id, WaiverState.REQUESTED, WaiverState.REFUSED, note, actor=actor, now=now)


def revoke_waiver(*, waiver_id: int, note: str, actor: User, sign_in: SignIn, now: datetime) -> Waiver:
    """End a waiver before its time, by compliance with a reason: the must fails again at once."""
    require_recent_sign_in(sign_in, now=now)
    return _end(waiver_id, WaiverState.GRANTED, WaiverState.REVOKED, note, actor=actor, now=now)


def expire_waivers(*, now: datetime) -> int:
    """End every waiver whose last day is over. Readiness stopped counting it at that moment by itself."""
    overdue = Waiver.objects.filter(state=WaiverState.GRANTED, expires_on__lt=today_here(now))
    cases = sorted(set(overdue.values_list("case_id", flat=True)))
    with transaction.atomic():
        list(UseCase.objects.select_for_update().filter(pk__in=cases).order_by("pk").values_list("pk", flat=True))
        return end_overdue(cases, now=now)


def end_overdue(case_ids: list[int], *, now: datetime) -> int:
    """The same for locked cases; an overtaken request ends, too."""
    live = [WaiverState.GRANTED, WaiverState.REQUESTED]
    rows = list(Waiver.objects.filter(case__in=case_ids, state__in=live, expires_on__lt=today_here(now)).order_by("pk"))
    for waiver in rows:
        _change(waiver, state=WaiverState.EXPIRED, ended_at=max(end_of_day(waiver.expires_on), waiver.requested_at))
        _note("waiver.expired", waiver, actor=None, now=now)
        request_recompute(waiver.case_id, Section.ANSWERS)
    return len(rows)


def _end(waiver_id: int, before: str, after: str, note: str, *, actor: User, now: datetime) -> Waiver:
    _refuse_values(_note_problems(note))
    with transaction.atomic():
        case, waiver = _locked(waiver_id)
        takes_back = before == WaiverState.REQUESTED and waiver.requested_by_id == actor.pk
        if not takes_back and not _is_officer(actor, case, now):
            raise Forbidden(NOT_YOURS_TO_END)
        if waiver.state != before:
            _refuse([Blocker("waiver_state", "This waiver is {state}.", {"state": waiver.state})])
        _change(waiver, state=after, ended_at=now, ended_by=actor, end_note=note.strip())
        _note(f"waiver.{after}", waiver, actor=actor, now=now)
        request_recompute(case.pk, Section.ANSWERS)
    return waiver


def _is_officer(actor: User, case: UseCase, now: datetime) -> bool:
    on_team = bool(standing_of(actor, case, now=now).team_roles)
    return actor.is_person and has_role(actor, Role.COMPLIANCE, now=now) and not on_team


def _locked(waiver_id: int) -> tuple[UseCase, Waiver]:
    case = lock_case(Waiver.objects.values_list("case_id", flat=True).get(pk=waiver_id))
    return case, Waiver.objects.select_for_update().get(pk=waiver_id)


def _end_renewed(waiver: Waiver, *, actor: User, now: datetime) -> None:
    old = waiver.renews
    if old is not None and old.state == WaiverState.GRANTED:
        _change(old, state=WaiverState.EXPIRED, ended_at=now, ended_by=actor, end_note="Renewed.")


def _change(waiver: Waiver, **fields: object) -> None:
    Waiver.objects.filter(pk=waiver.pk).update(**fields)
    for name, value in fields.items():
        setattr(waiver, name, value)


def _note(verb: str, waiver: Waiver, *, actor: User | None, now: datetime) -> None:
    after = {"criterion": waiver.criterion, "until": waiver.expires_on.isoformat()}
    after |= {"note": waiver.end_note} if waiver.end_note else {}
    record(Act(verb, "waiver", waiver.pk, waiver.case_id, after=after), actor=actor, now=now)


def _text_problems(wish: Wish) -> list[FieldProblem]:
    problems = [] if wish.reason.strip() else [_missing("reason", "Say why this must-meet may stay unmet for a time.")]
    texts = {"reason": wish.reason, "compensation": wish.compensation}
    return [*problems, *(problem for place, text in texts.items() for problem in _unreadable(place, text))]


def _note_problems(note: str) -> list[FieldProblem]:
    missing = [] if note.strip() else [_missing("note", "Say why the waiver ends.")]
    return [*missing, *_unreadable("note", note)]


def _unreadable(place: str, text: str) -> list[FieldProblem]:
    if "\x00" in text:
        return [errors.text_unreadable(place)]
    if len(text) > LONGEST_TEXT:
        return [FieldProblem(place, "too_long", "Use at most {longest} characters.", {"longest": LONGEST_TEXT})]
    return []


def _missing(place: str, message: str) -> FieldProblem:
    return FieldProblem(place, "required", message)


def _refuse(blockers: list[Blocker]) -> None:
    if blockers:
        raise NotAllowedNow(blockers)


def _refuse_values(problems: list[FieldProblem]) -> None:
    if problems:
        raise Invalid(problems)
