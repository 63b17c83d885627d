"""Words of stages in five languages: words count, digits never, blank stays blank."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing.stages import TARGETS, propose_stage

LISTED = yaml.safe_load((Path(__file__).parent / "stage_words.yaml").read_text(encoding="utf-8"))
KNOWN = [(word, target) for target in TARGETS for word in LISTED[target]]


@pytest.mark.parametrize(("word", "target"), KNOWN)
def test_stage_word_known_is_proposed(word, target):
    assert propose_stage(word).target == target


@pytest.mark.parametrize("word", LISTED["nothing"])
def test_stage_word_that_says_nothing_stays_unknown(word):
    found = propose_stage(word)

    assert (found.target, found.stage, found.confidence, found.imputed) == (None, None, 0.0, False)


@pytest.mark.parametrize(
    ("word", "imputed"),
    [
        ("Ideation", False),
        ("Pilot", False),
        ("In production", False),
        ("c) Deployed – in use since spring", False),
        ("Buiten gebruik", False),
        ("Déployée", False),
        ("Abgeschlossen / Terminé", False),
        ("Killed", False),
        ("Acquisition and/or Development", True),
        ("Operation and Maintenance", True),
        ("Research or Administrative Action Complete", True),
        ("Testing", True),
        ("Active", True),
        ("Development and pilot", True),
        ("Implementation completed", True),
    ],
)
def test_stage_word_coarse_is_marked_as_imputed(word, imputed):
    found = propose_stage(word)

    assert found.imputed is imputed
    assert found.confidence >= 0.9 or imputed


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("", "blank"),
        ("Unknown / Inconnu", "blank"),
        ("not deployed", "negated"),
        ("on hold", "paused"),
        ("Blue", "unknown_word"),
        ("Development and pilot", "mixed"),
    ],
)
def test_stage_word_says_why(word, reason):
    assert propose_stage(word).reason == reason


def test_stage_two_in_one_phrase_is_read_as_the_less_mature():
    assert (propose_stage("Development and pilot").target, propose_stage("Pilot in production").target) == ("1", "2")


def test_stage_step_that_was_finished_is_no_closed_case():
    found = propose_stage("Implementation completed")

    assert (found.target, found.imputed) == ("2", True)
    assert found.confidence < 0.5


@given(st.text(max_size=80))
def test_stage_word_of_any_kind_gives_a_bounded_proposal(word):
    found = propose_stage(word)

    assert found.target is None or found.target in TARGETS
    assert 0 <= found.confidence <= 1
    assert found.stage is None or 0 <= found.stage <= 3


@given(st.integers(0, 99), st.sampled_from(["Stage {}", "Phase {}", "{}", "Stage {} - ", "étape {}", "({})", "TRL {}"]))
def test_stage_number_of_theirs_is_never_ours(number, form):
    assert propose_stage(form.format(number)).target is None
