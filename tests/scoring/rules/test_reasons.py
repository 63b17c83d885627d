"""Every reason has a sentence, and every sentence a use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scoring.rules.reasons import MESSAGES, Reason

RULES = Path(__file__).parents[3] / "scoring" / "rules"


def test_every_message_is_used_somewhere():
    source = "".join(path.read_text() for path in RULES.rglob("*.py") if path.name != "reasons.py")

    assert [code for code in MESSAGES if f'"{code}"' not in source] == []


def test_every_code_the_rules_give_has_a_message():
    source = "".join(path.read_text() for path in RULES.rglob("*.py"))
    codes = set(re.findall(r'(?:Reason|passed|failed|missing|outdated)\(\s*"(\w+)"', source))

    assert codes - set(MESSAGES) == set()


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason("unanswered"), "Not answered yet."),
        (
            Reason("caps_missing", {"missing": ["case", "run_rate"]}),
            "Not set or not agreed by the budget holder: case, run_rate.",
        ),
        (
            Reason("problem_too_short", {"characters": 7, "needed": 120}),
            "The problem has 7 of at least 120 characters.",
        ),
    ],
)
def test_reason_reads_as_a_sentence(reason, text):
    assert reason.text == text
