"""What a criterion depends on is declared, held, and known to every command that changes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from pocgate.web.wording import VERBS
from portfolio.commands.recompute import SECTIONS_BY_VERB, request_recompute, sections_changed_by
from portfolio.enums import Section
from portfolio.models import UseCase
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts import case_state
from scoring.rules.probes import ANSWERS, PROBES_BY_KEY, SECTIONS, SECTIONS_BY_KEY, SectionUnread, run_probe
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case


def test_sections_of_the_portfolio_are_those_that_probes_read():
    names = {str(section.name).lower() for section in Section if section is not Section.EVERYTHING}

    assert names == SECTIONS | {ANSWERS}
    assert all(section in Section.EVERYTHING for section in Section)


def test_every_probe_declares_sections_that_exist():
    assert set(SECTIONS_BY_KEY) == set(PROBES_BY_KEY)
    assert {name for declared in SECTIONS_BY_KEY.values() for name in declared} <= SECTIONS


@pytest.mark.django_db
@pytest.mark.parametrize("key", PROBES_BY_KEY)
def test_probe_never_reads_a_section_it_does_not_declare(key: str, now: datetime) -> None:
    playbook = current_playbook()
    states = [case_state(case.pk, now=now) for case in (full_case(now), UseCaseFactory(stage=0))]

    for state in states:
        for gate in range(4):
            facts = replace(state.probe_facts, gate=gate, stage=gate)  # type: ignore[type-var]
            seen = facts.only(SECTIONS_BY_KEY[key])
            assert run_probe(key, seen, playbook) == run_probe(key, facts, playbook)


@pytest.mark.django_db
@pytest.mark.parametrize("key", [key for key, sections in SECTIONS_BY_KEY.items() if sections])
def test_probe_without_its_sections_refuses_to_guess(key: str, now: datetime) -> None:
    facts = case_state(full_case(now).pk, now=now).probe_facts
    assert facts is not None

    with pytest.raises(SectionUnread):
        run_probe(key, facts.only(()), current_playbook())


def test_act_that_nobody_named_changes_everything():
    assert sections_changed_by("case.moved") == Section.EVERYTHING
    assert sections_changed_by("fact.set") == Section.EVERYTHING
    assert sections_changed_by("kpi.reading_recorded") == Section.KPIS
    assert sections_changed_by("case.edited") == Section.TEXT | Section.HORIZON


def test_verbs_with_sections_are_verbs_that_exist():
    nouns = {verb.partition(".")[0] for verb in VERBS}

    assert set(SECTIONS_BY_VERB) <= nouns | set(VERBS)


@pytest.mark.django_db
def test_requests_add_up_what_changed() -> None:
    case = UseCaseFactory()
    UseCase.objects.filter(pk=case.pk).update(changed_sections=0)

    for changed in (Section.KPIS, Section.TEAM, Section.KPIS):
        request_recompute(case.pk, changed)

    case.refresh_from_db()
    assert (case.requested_version, case.changed_sections) == (4, Section.KPIS | Section.TEAM)
