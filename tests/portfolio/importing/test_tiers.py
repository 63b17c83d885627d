"""Words of risk and of personal data."""

from __future__ import annotations

import pytest

from portfolio.importing.tiers import propose_answer, propose_tier

QUESTION = "Is the AI use case high-impact?"


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("Rights-Impacting\n", "high"),
        ("Safety-impacting", "high"),
        ("Rights-impacting, Safety-impacting", "high"),
        ("Both", "high"),
        ("a) High-impact ", "high"),
        ("High risk", "high"),
        ("Hochrisiko", "high"),
        ("Risque élevé", "high"),
        ("Hoog-risico AI-systeem", "high"),
        ("Riesgo alto", "high"),
        ("High / Élevé", "high"),
        ("Neither", "minimal"),
        ("neither ", "minimal"),
        ("Minimal risk", "minimal"),
        ("c) Not high-impact", "minimal"),
        ("Presumed high-impact but determined not high-impact", "minimal"),
        ("kein Hochrisiko", "minimal"),
        ("Limited", "limited"),
        ("begrenztes Risiko", "limited"),
        ("Prohibited", "prohibited"),
        ("Unacceptable risk", "prohibited"),
        ("inacceptable", "prohibited"),
        ("", "unassessed"),
        ("N/A", "unassessed"),
        ("Case-by-case assessment", "unassessed"),
        (
            "No, use case is too new to fully assess impacts; will be reassessed.",
            "unassessed",
        ),
        ("Blue", "unassessed"),
        ("Low to high", "unassessed"),
        ("1", "unassessed"),
    ],
)
def test_tier_word_is_proposed_or_left_unassessed(word, target):
    assert propose_tier(word).target == target


@pytest.mark.parametrize(("word", "target"), [("Yes", "high"), ("No", "minimal"), ("a) Yes", "high")])
def test_tier_bare_answer_takes_its_meaning_from_the_question(word, target):
    found = propose_tier(word, QUESTION)

    assert (found.target, found.imputed) == (target, True)
    assert propose_tier(word).target == "unassessed"
    assert propose_tier("Not sure", QUESTION).target == "unassessed"


def test_tier_that_was_guessed_is_marked():
    assert not propose_tier("Neither").imputed
    assert not propose_tier("").imputed
    assert propose_tier("Low").imputed
    assert propose_tier("c) Not high-impact").imputed


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("Yes", "yes"),
        ("no", "no"),
        ("Ja", "yes"),
        ("Nein", "no"),
        ("Oui", "yes"),
        ("Non", "no"),
        ("Nee", "no"),
        ("Sí", "yes"),
        ("Y", "yes"),
        ("true", "yes"),
        ("Yes – by the privacy office", "yes"),
        ("Yes / Oui", "yes"),
        ("geen", "no"),
        ("keine personenbezogenen Daten", "no"),
        ("N/A", "unknown"),
        ("X-104", "unknown"),
        ("Y / O", "yes"),
        ("Not sure", "unknown"),
        ("noch nicht geklärt", "unknown"),
        ("Pas encore", "unknown"),
        ("perhaps", "unknown"),
        ("", None),
        ("  ", None),
    ],
)
def test_answer_about_personal_data_is_read_in_five_languages(word, target):
    assert propose_answer(word).target == target
