"""One script as a whole case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from pocgate.demo.plan.needs import Needs
from pocgate.demo.plan.records.measures import kpis
from pocgate.demo.plan.records.money import budgets, business, entries
from pocgate.demo.plan.records.papers import papers
from pocgate.demo.plan.records.ratings import ratings
from pocgate.demo.plan.records.sittings import reviews
from pocgate.demo.plan.records.team import facts, members, people_of, scope
from pocgate.demo.plan.records.use import use
from pocgate.demo.plan.scripts import DRAFT, Script
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import CasePlan
from pocgate.demo.plan.subjects import subject
from pocgate.demo.plan.timeline import timeline


def plan_case(script: Script, rng: Random, *, now: datetime, needs: Needs) -> CasePlan:
    """Everything that happened to the case until `now`."""
    about = subject(script.subject)
    title = f"{about.title} – {script.variant}" if script.variant else about.title
    course = timeline(script, rng, now)
    setting = Setting(script, about, title, course, people_of(script, about, rng), rng, now, needs)
    paper = papers(setting)
    is_draft = script.state == DRAFT
    stated = not is_draft or script.progress > 0
    return CasePlan(
        title=title,
        problem=about.problem if stated else "",
        process=about.process if stated else "",
        users="" if is_draft else about.users,
        benefit="" if is_draft else about.benefit,
        technology=about.technology,
        category=about.category,
        unit=about.unit,
        vendor=about.vendor,
        stage=course.stage,
        status=course.status,
        iteration=course.iteration,
        tier=next((fact.value for fact in facts(setting) if fact.key == "tier"), "unassessed"),
        created_by=setting.owner,
        created_at=course.created_at,
        submitted_at=course.submitted_at,
        updated_at=min(course.until, now - timedelta(hours=1)),
        target_gate_date=_target(setting),
        detailed=script.detailed,
        members=tuple(members(setting)),
        facts=tuple(facts(setting)),
        scope=tuple(scope(setting)),
        business=() if is_draft else tuple(business(setting)),
        kpis=tuple(kpis(setting)) if stated else (),
        budgets=tuple(budgets(setting)),
        entries=tuple(entries(setting)),
        use=use(setting),
        evidence=paper.evidence,
        answers=paper.answers,
        sign_offs=paper.sign_offs,
        ratings=tuple(ratings(setting)),
        spells=course.spells,
        holds=course.holds,
        reviews=tuple(reviews(setting)),
    )


def _target(setting: Setting) -> date | None:
    """In production the next operating review; else what the script says."""
    course = setting.course
    if setting.script.target_in is not None:
        return (setting.now + timedelta(days=setting.script.target_in)).date()
    if course.status == "active" and course.stage == 3 and course.sittings:  # noqa: PLR2004 - the last stage
        last = course.sittings[-1]
        days = 182 if last.gate == 3 else 90  # noqa: PLR2004
        return ((last.decided_at or setting.now) + timedelta(days=days)).date()
    return None
