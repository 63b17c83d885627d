"""What each signal of a detector, and each sign of swamp, says in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.queries.wording import shown_value
from scoring.rules.detectors.shapes import CANNOT_TELL, CLEAR, FIRED

Word = str | Promise


@dataclass(frozen=True)
class SignalWords:
    """A signal where it holds, where it does not, and what is missing where it can not be told."""

    fired: Word
    clear: Word = ""
    cannot_tell: Word = ""


SIGNALS: Mapping[str, SignalWords] = {
    "ungated": SignalWords("", "", _("Imported, and no owner has taken the case on yet; nothing is judged before.")),
    "stage_unknown": SignalWords("", "", _("The stage of the case is not known yet.")),
    # sandbox heroics
    "no_production_path": SignalWords(
        _("In stage {stage}, with {percent} % of the time-box used, no path into production is shown."),
        _("The path into production is shown, or there is time for it yet."),
        _("No path into production is shown, and the time-box of the stage is not known."),
    ),
    "no_operations_person": SignalWords(
        _("In stage {stage}, and nobody from operations is on the team."),
        _("Operations is on the team, or need not be yet."),
    ),
    "few_disciplines": SignalWords(
        _("The team has {disciplines} of at least {needed} disciplines."),
        _("Several disciplines work on it."),
        _("Nobody is on the team yet."),
    ),
    "nothing_instrumented": SignalWords(
        _("In stage {stage}, and neither logging nor monitoring has begun."),
        _("Logging and monitoring have begun, or need not yet."),
        _("The playbook in force does not ask for logging and monitoring."),
    ),
    # hype chasing
    "technology_first": SignalWords(
        _("A technology is named ({technology}) while this is missing: {missing}."),
        _("Problem, owner, baseline and target are named, or no technology is."),
    ),
    "many_buzzwords": SignalWords(
        _("{buzzwords} of {words} words of title and problem are buzzwords ({percent} %)."),
        _("Title and problem speak plainly."),
        _("Title and problem hold no words."),
    ),
    "ai_not_justified": SignalWords(
        _("Nothing shows why it takes AI, and that simpler ways were considered."),
        _("It is shown why it takes AI."),
        _("The playbook in force does not ask why it takes AI."),
    ),
    # governance later
    "governance_untouched": SignalWords(
        _("{percent} % of the time-box is used, and {touched} of {criteria} governance criteria are touched."),
        _("Governance work keeps step with the stage."),
        _("Little governance work has begun, and the time-box of the stage is not known."),
    ),
    "governance_in_last_days": SignalWords(
        _("{late} of {items} pieces of governance evidence came in the last {hours} hours before the request."),
        _("Governance evidence did not pile up before a request."),
    ),
    # cost blindness
    "run_rate_over_cap": SignalWords(
        _("At scale it will cost {rate} a month, above the cap of {cap}."),
        _("The run-rate at scale lies within its cap."),
        _("The cost lines are not all estimated, or no monthly cap is agreed."),
    ),
    "run_rate_over_benefit": SignalWords(
        _("At scale it will cost {cost} a year, more than {percent} % of the benefit of {benefit}."),
        _("The run-rate at scale leaves enough of the benefit."),
        _("The cost at scale is not estimated, or no benefit is stated."),
    ),
    "cap_breach_sure": SignalWords(
        _("The cap of {cap} will surely be passed before the gate: the forecast is at least {lower_bound}."),
        _("No breach of the cap is sure before the gate."),
        _("No cap is agreed for the present stage."),
    ),
    "cap_exceeded": SignalWords(_("{spent} is spent or committed against a cap of {cap} ({scope}).")),
    "cost_lines_missing": SignalWords(
        _("Not every one of {lines} cost lines is estimated; missing: {missing}."),
        _("Every cost line is estimated, or need not be yet."),
    ),
    "no_optimisation_plan": SignalWords(
        _("In stage {stage}, and nothing plans how the unit cost falls."),
        _("It is planned how the unit cost falls, or need not be yet."),
        _("The playbook in force does not ask for a plan of falling unit cost."),
    ),
    # no change management
    "users_not_prepared": SignalWords(
        _("In stage {stage} without a training plan, feedback from users, or a user representative."),
        _("Users are being prepared, or need not be yet."),
        _("The playbook in force does not ask for a training plan."),
    ),
    "no_user_representative": SignalWords(
        _("In stage {stage}, and nobody on the team speaks for the users."),
        _("Somebody on the team speaks for the users, or need not yet."),
    ),
    "feedback_unanswered": SignalWords(
        _("Feedback left unanswered for {days} days or longer: {count}."),
        _("No feedback waits for long."),
    ),
    # weak metrics
    "no_baseline_or_target": SignalWords(
        _("In stage {stage}, and this is missing: {missing}."),
        _("Baseline and target are set, or need not be yet."),
        _("No KPI is defined yet."),
    ),
    "threshold_eased": SignalWords(
        _("Thresholds made easier after the first reading: {count}."),
        _("No threshold was made easier after a reading."),
        _("No KPI is defined yet."),
    ),
    "readings_stale": SignalWords(
        _("The newest readings are too old: {kpis}."),
        _("The readings are fresh."),
        _("No KPI of the next gate has a reading yet."),
    ),
    "target_is_baseline": SignalWords(
        _("The target equals the baseline: {kpis}."),
        _("The target of the primary KPI differs from its baseline."),
        _("The primary KPI lacks a baseline or a target."),
    ),
    # gold-plating
    "kept_in_prototype": SignalWords(
        _("The threshold is met since {since}, the time-box is used up ({percent} %), and no gate is requested."),
        _("It is not kept in the prototype after its threshold was met."),
        _("Without readings that count, or without a time-box, nobody can say whether it is ready to go on."),
    ),
    "scope_after_pass": SignalWords(
        _("Lines added to the scope since the threshold was met on {since}: {count}."),
        _("The scope has not grown since the threshold was met."),
        _("Nobody can say whether the threshold was met."),
    ),
    "little_gained": SignalWords(
        _("Since {since} it gains {percent} % of the way to the target a week, under {least} %."),
        _("It is not polished for little gain."),
        _("Too few readings since the threshold was met, or nobody can say whether it was."),
    ),
}

SWAMP: Mapping[str, Word] = {
    "past_time_box": _("The time-box ended on {since}."),
    "idle": _(
        "No reading, evidence, vote, sign-off or decision for {days} days or longer; the last one came on {last_act}."
    ),
    "never_active": _("No reading, evidence, vote, sign-off or decision for {days} days or longer, and none before."),
    "past_revive_date": _("Paused, and the date to revive it passed by {since}."),
    "repeated_turns": _("Pauses or pivots in a row: {turns}."),
    "no_active_owner": _("No active product owner."),
}


def signal_text(code: str, state: str, params: Mapping[str, Any]) -> str:
    """The sentence of a stored signal. A code that a later version dropped is shown as it is."""
    words = SIGNALS.get(code)
    if words is None:
        return code
    sentence = {FIRED: words.fired, CLEAR: words.clear, CANNOT_TELL: words.cannot_tell}.get(state, "")
    return _filled(sentence, params)


def swamp_text(kind: str, since: datetime | None, params: Mapping[str, Any]) -> str:
    """The sentence of a swamp signal that stands."""
    code = "never_active" if kind == "idle" and params.get("last_act") is None else kind
    return _filled(SWAMP.get(code, kind), {**params, "since": since.isoformat() if since else None})


def _filled(sentence: Word, params: Mapping[str, Any]) -> str:
    shown = {key: "…" if value is None else shown_value(key, value) for key, value in params.items()}
    return str(sentence).format_map(_Open(shown))


class _Open(dict[str, str]):
    """A signal stored by an older version may lack a value that the sentence names by now."""

    def __missing__(self, key: str) -> str:
        return "…"
