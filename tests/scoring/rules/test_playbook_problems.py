"""A playbook that does not fit is refused with line, path and code; every fault is found in one pass."""

from __future__ import annotations

import pytest

from scoring.rules.playbook import PlaybookInvalid, Problem, parse_playbook
from scoring.rules.playbook.document import DEEPEST_LEVEL, LARGEST_BYTES
from tests.scoring.rules.examples import default_text


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(PlaybookInvalid) as refused:
        parse_playbook(text)
    return list(refused.value.problems)


def changed(before: str, after: str) -> tuple[str, int]:
    """The default playbook with the first `before` replaced, and the line on which it stood."""
    text = default_text()
    at = text.index(before)
    return text.replace(before, after, 1), text.count("\n", 0, at) + 1


FIRST = "criteria[0]"


@pytest.mark.parametrize(
    ("before", "after", "line_after", "path", "code"),
    [
        ("  passing_score: 60\n", "  passing_score: 60\n  bonus: 3\n", 1, "scorecard.bonus", "unknown_key"),
        (
            "  passing_score: 60\n",
            "  passing_score: 60\n  passing_score: 61\n",
            1,
            "scorecard.passing_score",
            "repeated_key",
        ),
        ("title: {en: Default playbook}\n", "", None, "title", "missing_key"),
        (
            "  justification_percent: 90\n",
            "  justification_percent: 80\n",
            0,
            "costs.justification_percent",
            "not_noticed",
        ),
        ("  review_percent: 100\n", "  review_percent: 110\n", 0, "costs.review_percent", "not_noticed"),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: 0\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "weight_out_of_range",
        ),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: -2\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "weight_out_of_range",
        ),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: .nan\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "not_a_number",
        ),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: .inf\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "not_a_number",
        ),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: two\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "not_a_number",
        ),
        (
            "    weight: 2\n    effort: S\n    lead_days: 1\n",
            "    weight: [2]\n    effort: S\n    lead_days: 1\n",
            0,
            f"{FIRST}.weight",
            "not_a_value",
        ),
        ("    dimension: outcome\n", "    dimension: money\n", 0, f"{FIRST}.dimension", "unknown_dimension"),
        ("    kind: C\n", "    kind: X\n", 0, f"{FIRST}.kind", "unknown_kind"),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: must, gate: 4}]\n",
            0,
            f"{FIRST}.counts[0].gate",
            "out_of_range",
        ),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: must, gate: -1}]\n",
            0,
            f"{FIRST}.counts[0].gate",
            "out_of_range",
        ),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: must, gate: soon}]\n",
            0,
            f"{FIRST}.counts[0].gate",
            "not_a_whole_number",
        ),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: may, gate: 0}]\n",
            0,
            f"{FIRST}.counts[0].level",
            "unknown_level",
        ),
        ("    counts: [{level: must, gate: 0}]\n", "    counts: []\n", 0, f"{FIRST}.counts", "never_counts"),
        ("    counts: [{level: must, gate: 0}]\n", "    counts: must\n", 0, f"{FIRST}.counts", "not_a_list"),
        ("    counts: [{level: must, gate: 0}]\n", "    counts: [must]\n", 0, f"{FIRST}.counts[0]", "not_a_mapping"),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: must, gate: 0, when: {moon: [full]}}]\n",
            0,
            f"{FIRST}.counts[0].when.moon",
            "unknown_fact",
        ),
        (
            "    counts: [{level: must, gate: 0}]\n",
            "    counts: [{level: must, gate: 0, when: {tier: [odd]}}]\n",
            0,
            f"{FIRST}.counts[0].when.tier",
            "unknown_fact_value",
        ),
        ("    verifier: operations\n", "    verifier: magician\n", 0, "criteria[2].verifier", "unknown_role"),
        ("    verifier: operations\n", "", None, "criteria[2].verifier", "missing_key"),
        ("    kind: C\n", "    kind: C\n    verifier: operations\n", 1, f"{FIRST}.verifier", "verifier_not_needed"),
        ("  - key: problem_stated\n", "  - key: problem_sensed\n", 0, f"{FIRST}.key", "unknown_probe"),
        ("  - key: scope_bounded\n", "  - key: problem_stated\n", 0, "criteria[1].key", "repeated_key"),
        ("  - key: problem_stated\n", "  - key: Problem Stated\n", 0, f"{FIRST}.key", "not_a_key"),
        (
            "    title: {en: Problem stated}\n",
            "    title: {de: Problem benannt}\n",
            0,
            f"{FIRST}.title",
            "missing_text",
        ),
        ("    title: {en: Problem stated}\n", '    title: {en: ""}\n', 0, f"{FIRST}.title.en", "missing_text"),
        (
            "    title: {en: Problem stated}\n",
            "    title: {en: Problem stated, Deutsch: Problem}\n",
            0,
            f"{FIRST}.title.Deutsch",
            "not_a_language",
        ),
        ("    title: {en: Problem stated}\n", "    title: Problem stated\n", 0, f"{FIRST}.title", "not_a_mapping"),
        (
            "    - {criterion: tier_confirmed}\n",
            "    - {criterion: tier_confused}\n",
            0,
            "waivers.never[0].criterion",
            "unknown_reference",
        ),
        (
            "    approval: {more_than: 1/2}\n",
            "    approval: {more_than: 1}\n",
            0,
            "gates[0].approval.more_than",
            "share_out_of_range",
        ),
        (
            "    approval: {more_than: 1/2}\n",
            "    approval: {more_than: 1/0}\n",
            0,
            "gates[0].approval.more_than",
            "not_a_share",
        ),
        ("    quorum_share: 1/2\n", "    quorum_share: 3/2\n", 0, "gates[0].quorum_share", "share_out_of_range"),
        ("    veto_roles: [compliance]\n", "    veto_roles: [king]\n", 0, "gates[0].veto_roles", "unknown_role"),
        ("  - gate: 3\n", "  - gate: 2\n", None, "gates", "gates_incomplete"),
        ("    - {rule: all_musts_pass, outcome: go}\n", "", None, "recommendation.rules", "not_total"),
        ("    - {rule: must_open, outcome: not_ready}\n", "", None, "recommendation.rules", "missing_rule"),
        (
            "    - {rule: kpi_futile, outcome: stop}\n",
            "    - {rule: moon_full, outcome: stop}\n",
            0,
            "recommendation.rules[1].rule",
            "unknown_rule",
        ),
        ("  before_days: [7, 3, 1, 0]\n", "  before_days: [7, 3, 3]\n", 0, "reminders.before_days", "repeated_value"),
        ("    licences: {en: Licences}\n", "", None, "costs.lines.licences", "missing_key"),
        ("  confidence: 9/10\n", "  confidence: 1/10\n", 0, "kpis.confidence", "share_out_of_range"),
        (
            "numbers: {benefit_percent: 50}",
            "numbers: {luck_percent: 50}",
            0,
            "findings.detectors.cost_blindness.numbers.luck_percent",
            "unknown_key",
        ),
        ("format: 1\n", "format: 2\n", 0, "format", "out_of_range"),
        ("  assessors: 3\n", "  assessors: 0\n", 0, "scorecard.assessors", "out_of_range"),
        ("  before_days: [7, 3, 1, 0]\n", "  before_days: [7, [3]]\n", 0, "reminders.before_days", "not_a_value"),
        ("{rule: kpi_futile,", "{rule: kpi_failed,", None, "recommendation.rules", "repeated_value"),
    ],
)
def test_playbook_with_a_fault_is_refused_with_its_place(before, after, line_after, path, code):
    text, line = changed(before, after)

    found = [(problem.line, problem.path, problem.code) for problem in problems_of(text)]

    if line_after is None:
        assert (path, code) in [place[1:] for place in found]
    else:
        assert (line + line_after, path, code) in found


def test_playbook_without_criteria_is_refused():
    text = default_text()
    start, end = text.index("\ncriteria:\n"), text.index("\nkpis:\n")

    codes = [problem.code for problem in problems_of(f"{text[:start]}\ncriteria: []{text[end:]}")]

    assert codes == ["no_criteria", *["unknown_reference"] * 6]


def test_scorecard_without_an_axis_is_refused():
    text = default_text().replace("axis: feasibility", "axis: value")

    assert [problem.code for problem in problems_of(text)] == ["axis_without_criteria"]


def test_text_of_more_than_two_thousand_characters_is_refused():
    text, line = changed("{en: Problem stated}", f"{{en: {'long ' * 500}}}")

    assert [(problem.line, problem.code) for problem in problems_of(text)] == [(line, "text_too_long")]


def test_playbook_with_several_faults_lists_them_all_in_line_order():
    text = default_text().replace("passing_score: 60", "passing_score: sixty", 1)
    text = text.replace("    dimension: outcome\n", "    dimension: money\n", 1).replace("gate: 3\n", "gate: 9\n", 1)

    problems = problems_of(text)

    assert [problem.code for problem in problems] == [
        "not_a_whole_number",
        "unknown_dimension",
        "gates_incomplete",
        "out_of_range",
    ]
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty", 1),
        ("# nothing here\n", "empty", 1),
        ("just words", "not_a_mapping", 1),
        ("- a\n- b\n", "not_a_mapping", 1),
        ("title: {en: A\nformat: 1\n", "yaml", 2),
        ("title: 'open", "yaml", 1),
        ("a: 1\n--- \nb: 2\n", "yaml", 2),
        ("a: 1\nb: \x00\n", "yaml", 2),
        ("a: \ud800", "not_text", 1),
        ("x" * (LARGEST_BYTES + 1), "too_large", 1),
        ("a: &many [1]\nb: *many\n", "alias", 2),
        ("[" * (DEEPEST_LEVEL + 1), "too_deep", 1),
        ("[" * 100_000, "too_deep", 1),
    ],
)
def test_document_that_cannot_be_read_is_refused_with_its_line(text, code, line):
    problems = problems_of(text)

    assert (problems[0].line, problems[0].code) == (line, code)


def test_alias_bomb_is_refused_before_it_grows():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}*a{n - 1}]\n" for n in range(1, 40))

    assert [problem.code for problem in problems_of(bomb)] == ["alias"]


def test_python_tags_are_read_as_text_and_never_built():
    text, _line = changed("passing_score: 60", "passing_score: !!python/object/apply:os.getcwd []")

    assert "not_a_value" in [problem.code for problem in problems_of(text)]


def test_refusal_names_line_and_cure_in_its_text():
    text, line = changed("    kind: C\n", "    kind: X\n")

    with pytest.raises(PlaybookInvalid) as refused:
        parse_playbook(text)

    assert str(refused.value) == f"line {line}: “X” is not known here; use one of: C, A, S."
