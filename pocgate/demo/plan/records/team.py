"""Who works on a case, and the facts and the scope they state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from pocgate.demo.plan.people import OWNER, SPONSOR
from pocgate.demo.plan.scripts import DRAFT, Script
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import FactPlan, MemberPlan, ScopePlan
from pocgate.demo.plan.subjects import Subject, department_of

# From which stage on a part is filled.
PARTS = {
    "product_owner": 0,
    "business_owner": 0,
    "sponsor": 0,
    "budget_holder": 0,
    "data_science": 0,
    "data_owner": 0,
    "compliance": 0,
    "engineering": 0,
    "user_representative": 1,
    "operations": 1,
    "security": 2,
}
_FEW_PARTS = {role: stage for role, stage in PARTS.items() if role in ("business_owner", "sponsor", "budget_holder")}
_BY_DEPARTMENT = {
    "Claims": (OWNER, "greta.holmqvist", "amira.stenholt"),
    "Underwriting": ("hanna.quist", "anton.pryde", "amira.stenholt"),
    "Customer service": ("ilja.brandow", "leila.marchmont", "bruno.eckvall"),
    "Finance": ("selma.torvik", "viktor.aasen", "bruno.eckvall"),
    "Sales": ("selma.torvik", "anton.pryde", "bruno.eckvall"),
    "Operations and IT": ("david.ormeau", "viktor.aasen", "bruno.eckvall"),
    "People and legal": ("david.ormeau", "leila.marchmont", "amira.stenholt"),
}
# A confirmation of these counts for a year.
_YEARLY = ("sponsor", "budget_holder")
_CONFIRMED_WITHIN = timedelta(days=300)


def people_of(script: Script, subject: Subject, rng: Random) -> Mapping[str, str]:
    """Who fills which part."""
    owner, business, users = _BY_DEPARTMENT[department_of(subject.unit)]
    return {
        "product_owner": script.owner or owner,
        "business_owner": business,
        "sponsor": script.sponsor or rng.choice([SPONSOR, "cora.linnholm"]),
        "budget_holder": "basil.trent",
        "data_science": rng.choice(["mei.arundel", "jonas.kettley"]),
        "data_owner": "petra.vossloh",
        "compliance": "lukas.tamsin",
        "engineering": rng.choice(["yara.nielson", "oskar.dembele"]),
        "user_representative": users,
        "operations": "samir.coldwell",
        "security": "dora.fenwick",
    }


def members(setting: Setting) -> Iterator[MemberPlan]:
    """The team, joined while the stage that needs them ran."""
    course, rng = setting.course, setting.rng
    yield MemberPlan(setting.owner, "product_owner", course.created_at, course.created_at)
    for role, from_stage in (PARTS if setting.script.detailed else _FEW_PARTS).items():
        phase = setting.first_phase(from_stage)
        if role == "product_owner" or phase is None:
            continue
        joined = phase.start + timedelta(hours=3 + rng.randrange(50))
        confirmed = joined + timedelta(hours=4 + rng.randrange(40))
        if min(joined, confirmed) >= setting.now:
            continue
        waits = role == setting.script.unconfirmed or confirmed >= setting.now
        member = MemberPlan(setting.people[role], role, joined, None if waits else confirmed)
        yield from _renewed(setting, member) if role in _YEARLY else (member,)


def _renewed(setting: Setting, member: MemberPlan) -> Iterator[MemberPlan]:
    """Sponsor and budget holder confirm once a year: the part begins afresh with each confirmation."""
    while member.confirmed_at is not None and member.confirmed_at + _CONFIRMED_WITHIN < setting.course.until:
        again = member.confirmed_at + _CONFIRMED_WITHIN
        yield replace(member, ended_at=again)
        member = replace(member, started_at=again, confirmed_at=again)
    yield member


def facts(setting: Setting) -> Iterator[FactPlan]:
    """What is stated at registration; the tier is confirmed by compliance a little later."""
    course, subject = setting.course, setting.subject
    stated = {
        "delivery": subject.delivery,
        "personal_data": "yes" if subject.personal_data else "no",
        "affects_people": "yes" if subject.affects_people else "no",
        "stage1_real_data": "no",
        "role": "deployer",
    }
    if setting.script.state == DRAFT:
        stated = {"delivery": subject.delivery}
    for key, value in stated.items():
        yield FactPlan(key, value, course.created_at + timedelta(minutes=12), setting.owner)
    phase = setting.first_phase(0)
    if phase is not None and phase.start + timedelta(days=2) < setting.now:
        yield FactPlan("tier", subject.tier, phase.start + timedelta(days=1, hours=3), setting.people["compliance"])


def scope(setting: Setting) -> Iterator[ScopePlan]:
    """In, out and the thin slice; polished prototypes grow further items after they were good enough."""
    subject, start = setting.subject, setting.course.created_at + timedelta(minutes=25)
    yield ScopePlan("in", subject.scope_in, start)
    if setting.script.state == DRAFT:
        return
    yield ScopePlan("out", subject.scope_out, start)
    yield ScopePlan("thin_slice", subject.slice, start)
    if setting.script.polishing:
        for days, text in ((61, "A second screen with colours per team"), (33, "Weekly report as a poster")):
            yield ScopePlan("in", text, setting.now - timedelta(days=days))
