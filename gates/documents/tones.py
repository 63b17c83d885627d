"""Tones and words of states on paper; never the tone alone."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gates.enums import Outcome
from scoring.enums import Verdict

OUTCOME_TONES = {
    "go": "go",
    "conditional_go": "warn",
    "pivot": "pivot",
    "pause": "hold",
    "stop": "stop",
    "not_ready": "warn",
    "abstain": "plain",
}
VERDICT_TONES = {
    "pass": "go",
    "fail": "stop",
    "stale": "warn",
    "not_enough_evidence": "hold",
    "returned": "stop",
    "waived": "pivot",
    "not_applicable": "plain",
}


def outcome_word(outcome: str) -> str:
    """An outcome's word."""
    words = {**dict(Outcome.choices), "not_ready": _("not ready"), "abstain": _("abstain")}
    return str(words.get(outcome, outcome))


def verdict_word(verdict: str) -> str:
    """A verdict's word."""
    return str(dict(Verdict.choices).get(verdict, verdict))
