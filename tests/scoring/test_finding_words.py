"""Every signal has its words, and every value has a place in them."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest

from scoring.enums import SwampKind
from scoring.queries.finding_words import SIGNALS, SWAMP, signal_text, swamp_text
from scoring.rules.detectors import find
from tests.scoring.rules.detector_cases import clean
from tests.scoring.rules.examples import default_playbook
from tests.scoring.rules.test_detectors import CASES


@pytest.mark.parametrize(("detector", "code", "state", "stage", "changes"), CASES)
def test_signal_has_a_whole_sentence_in_each_state(
    detector: str, code: str, state: str, stage: int, changes: dict[str, object]
) -> None:
    found = find(detector, clean(stage, **changes), default_playbook())
    (signal,) = [signal for signal in found.signals if signal.code == code]
    words = getattr(SIGNALS[code], state)
    needed = {name for _text, name, _spec, _conversion in string.Formatter().parse(str(words)) if name}

    assert str(words)
    assert needed <= set(signal.params)


def test_stored_values_are_shown_as_words_numbers_and_days() -> None:
    text = signal_text("technology_first", "fired", {"technology": ["LLM", "RAG"], "missing": ["owner", "baseline"]})
    dated = signal_text("scope_after_pass", "fired", {"count": 2, "since": "2026-11-03T09:00:00Z"})

    assert text == "A technology is named (LLM and RAG) while this is missing: an owner and the baseline."
    assert dated == "Lines added to the scope since the threshold was met on 3 Nov 2026: 2."


def test_unknown_code_and_missing_value_are_shown_as_they_are() -> None:
    assert signal_text("dropped_since", "fired", {}) == "dropped_since"
    assert signal_text("no_operations_person", "fired", {}).startswith("In stage …")


@pytest.mark.parametrize("kind", SwampKind.values)
def test_swamp_signal_has_words(kind: str) -> None:
    since = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)

    text = swamp_text(kind, since, {"days": 30, "turns": 2, "last_act": "2026-10-04T09:00:00Z"})

    assert kind in SWAMP
    assert "{" not in text
    assert "…" not in text


def test_silence_from_the_beginning_says_so() -> None:
    assert "none before" in swamp_text("idle", None, {"days": 30, "last_act": None})
