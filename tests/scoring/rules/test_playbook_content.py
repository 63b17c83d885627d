"""Digest, difference and texts of a playbook."""

from __future__ import annotations

import pytest
import yaml

from scoring.rules.canonical import Change
from scoring.rules.playbook import Texts, diff_playbooks, document, parse_playbook
from tests.scoring.rules.examples import default_playbook, default_text


def test_digest_ignores_layout_order_of_keys_and_comments():
    # Read as plain text, so that `yes` stays the word it is.
    content = yaml.load(default_text(), Loader=yaml.BaseLoader)
    other_layout = "# rewritten\n" + yaml.dump(content, sort_keys=True, allow_unicode=True)

    assert parse_playbook(other_layout).digest == default_playbook().digest


def test_default_playbook_reads_the_same_without_the_c_reader(monkeypatch):
    monkeypatch.setattr(document, "_Loader", yaml.SafeLoader)

    assert parse_playbook(default_text()).digest == default_playbook().digest


def test_digest_changes_with_a_single_weight():
    changed = parse_playbook(default_text().replace("weight: 35", "weight: 36", 1))

    assert changed.digest != default_playbook().digest


def test_digest_ignores_how_a_number_is_written():
    same = parse_playbook(default_text().replace("weight: 35", "weight: 35.00", 1).replace("2/3", "4/6"))

    assert same.digest == default_playbook().digest


def test_difference_of_equal_playbooks_is_empty():
    assert diff_playbooks(default_playbook(), parse_playbook(default_text())) == ()


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("weight: 35", "weight: 36", Change("scorecard.criteria[outcome_size].weight", "changed", "35", "36")),
        ("readiness_bar: 70", "readiness_bar: 75", Change("gates[0].readiness_bar", "changed", 70, 75)),
        ("late_iteration: 3", "late_iteration: 4", Change("recommendation.late_iteration", "changed", 3, 4)),
        (
            "    - {rule: kpi_futile, outcome: stop}\n",
            "    - {rule: kpi_futile, outcome: pivot}\n",
            Change("recommendation.rules[kpi_futile].outcome", "changed", "stop", "pivot"),
        ),
    ],
)
def test_difference_names_path_and_both_sides(before, after, change):
    changed = parse_playbook(default_text().replace(before, after, 1))

    assert diff_playbooks(default_playbook(), changed) == (change,)


def test_difference_tells_a_removed_and_an_added_criterion():
    start = default_text().index("  - key: optimisation_plan")
    end = default_text().index("kpis:\n  counts_at")
    without = parse_playbook(default_text()[:start] + default_text()[end:])

    removed = [(change.path, change.kind) for change in diff_playbooks(default_playbook(), without)]
    added = [(change.path, change.kind) for change in diff_playbooks(without, default_playbook())]

    assert removed == [("criteria[optimisation_plan]", "removed")]
    assert added == [("criteria[optimisation_plan]", "added")]


def test_difference_tells_a_new_order_of_rules():
    first = "    - {rule: tier_prohibited, outcome: stop}\n"
    second = "    - {rule: kpi_futile, outcome: stop}\n"
    swapped = parse_playbook(default_text().replace(first + second, second + first))

    changes = [(change.path, change.kind) for change in diff_playbooks(default_playbook(), swapped)]

    assert changes == [("recommendation.rules", "reordered")]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Stop"), ("de", "Halt"), ("de-at", "Halt"), ("fr", "Stop"), ("pt-br", "Pare")]
)
def test_text_comes_in_the_language_asked_else_in_english(language, text):
    texts = Texts((("de", "Halt"), ("en", "Stop"), ("pt-br", "Pare")))

    assert texts.in_language(language) == text
