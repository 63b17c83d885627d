"""The risk-tier questionnaire as data with a version, and the tier, role and duties that follow from its answers.

After Regulation (EU) 2024/1689: article 5 (prohibited), article 6 with annexes I and III (high), article 50 (limited),
articles 3, 16, 25 and 26 (provider and deployer). It proposes; compliance confirms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pocgate.kernel.errors import FieldProblem
from portfolio.rules.facts import HIGH, LIMITED, MINIMAL, PROHIBITED, TIER_ORDER, UNASSESSED, proposed_tier

VERSION = 1
YES, NO, UNKNOWN = "yes", "no", "unknown"
PROVIDER, DEPLOYER = "provider", "deployer"


@dataclass(frozen=True)
class Question:
    """One question. `several` of its options may hold; `needed` ones have to be answered for a proposal."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...]
    help: str = ""
    several: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Duty:
    """What the law asks of us in this tier and role, and where it says so."""

    key: str
    text: str
    source: str


@dataclass(frozen=True)
class Proposal:
    """What the answers point to."""

    tier: str
    role: str
    duties: tuple[Duty, ...]


_THREE = ((YES, "Yes"), (NO, "No"), (UNKNOWN, "I do not know"))
_TWO = ((YES, "Yes"), (NO, "No"))

QUESTIONNAIRE: tuple[Question, ...] = (
    Question("prohibited_practice", "Does it come near a prohibited practice?", _THREE, needed=True),
    Question(
        "practices",
        "Which prohibited practices?",
        (
            ("manipulation", "Manipulates people below their awareness"),
            ("exploiting_weakness", "Exploits age, disability or hardship"),
            ("social_scoring", "Scores people by their behaviour, to their detriment elsewhere"),
            ("crime_prediction", "Predicts crimes of a person from their profile alone"),
            ("face_scraping", "Collects faces from the internet or cameras"),
            ("emotion_at_work", "Reads emotions at work or in education"),
            ("biometric_categories", "Infers race, belief or orientation from biometrics"),
            ("remote_biometrics", "Identifies people live in public places"),
        ),
        several=True,
    ),
    Question("sensitive_area", "Does it work in a high-risk area?", _THREE, needed=True),
    Question(
        "areas",
        "Which high-risk areas?",
        (
            ("biometrics", "Biometrics"),
            ("infrastructure", "Critical infrastructure"),
            ("education", "Education and training"),
            ("employment", "Employment and management of workers"),
            ("essential_services", "Credit, insurance of persons, benefits, emergency calls"),
            ("law_enforcement", "Law enforcement"),
            ("migration", "Migration, asylum, borders"),
            ("justice", "Justice and elections"),
            ("safety_component", "Safety part of a regulated product"),
        ),
        several=True,
    ),
    Question("affects_people", "Does it prepare or take decisions about people?", _TWO, needed=True),
    Question("faces_people", "Does it talk to people, or make content for them?", _THREE, needed=True),
    Question(
        "situations",
        "How does it meet people?",
        (
            ("interacts", "Talks with people directly"),
            ("generates", "Makes texts, pictures, sound or video"),
            ("deepfake", "Makes what looks like real persons, places or events, or news texts"),
            ("reads_emotions", "Reads emotions or sorts people by biometrics"),
        ),
        several=True,
    ),
    Question(
        "provider_signs",
        "What makes us a provider?",
        (
            ("develops", "We develop it, or have it developed, and use it under our name"),
            ("own_name", "We put our name on a system somebody else made"),
            ("modifies", "We change a high-risk system substantially or give one a new purpose"),
        ),
        "None of these: we deploy what somebody else provides.",
        several=True,
    ),
)
BY_KEY: Mapping[str, Question] = {question.key: question for question in QUESTIONNAIRE}
# Which question asks for details of which.
DETAILS: Mapping[str, str] = {
    "prohibited_practice": "practices",
    "sensitive_area": "areas",
    "faces_people": "situations",
}

_STOP = (Duty("not_used", "It must not be placed on the market, put into service or used.", "Article 5"),)
_ALWAYS = (Duty("literacy", "People who work with it know enough of AI for it.", "Article 4"),)
_PROVIDER = (
    Duty("risk_management", "A risk management system runs over its whole life.", "Article 9"),
    Duty("data_governance", "Training, validation and test data are governed and examined for bias.", "Article 10"),
    Duty("documentation", "Technical documentation is complete before use and kept up to date.", "Article 11"),
    Duty("logging", "It records events by itself.", "Article 12"),
    Duty("instructions", "Deployers get instructions that say what it can and can not do.", "Article 13"),
    Duty("oversight_design", "It is built so that people can oversee and stop it.", "Article 14"),
    Duty("accuracy", "It is accurate, robust and secure as declared.", "Article 15"),
    Duty("quality_system", "A quality management system is in place.", "Article 17"),
    Duty("conformity", "Its conformity is assessed, declared and marked.", "Articles 43, 47, 48"),
    Duty("registration", "It is registered in the EU database.", "Article 49"),
    Duty("monitoring", "It is monitored after release, and serious incidents are reported.", "Articles 72, 73"),
)
_DEPLOYER = (
    Duty("use_as_instructed", "It is used as its instructions say.", "Article 26(1)"),
    Duty("oversight", "Trained people with the authority to do so oversee it.", "Article 26(2)"),
    Duty("input_data", "Input data fit the purpose.", "Article 26(4)"),
    Duty("watching", "It is watched; risks and serious incidents are told to the provider.", "Article 26(5)"),
    Duty("keep_logs", "Its logs are kept for at least six months.", "Article 26(6)"),
    Duty("tell_workers", "Workers are told before it is used at their workplace.", "Article 26(7)"),
    Duty("tell_people", "People are told that it is used in decisions about them.", "Article 26(11)"),
    Duty("rights_impact", "Its impact on fundamental rights is assessed where the law asks for it.", "Article 27"),
)
_SITUATIONS: Mapping[str, Duty] = {
    "interacts": Duty("say_it_is_ai", "People are told that they deal with an AI system.", "Article 50(1)"),
    "generates": Duty("mark_output", "What it makes is marked as artificial, readable by machines.", "Article 50(2)"),
    "reads_emotions": Duty("tell_exposed", "People exposed to it are told so.", "Article 50(3)"),
    "deepfake": Duty("disclose_fakes", "It is disclosed that the content was made or changed.", "Article 50(4)"),
}
DUTIES: Mapping[str, Duty] = {
    duty.key: duty for duty in (*_STOP, *_ALWAYS, *_PROVIDER, *_DEPLOYER, *_SITUATIONS.values())
}


def answer_problems(answers: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with answers: unknown questions and options."""
    problems = []
    for key, value in answers.items():
        question = BY_KEY.get(key)
        if question is None:
            shown = {"key": str(key)[:60], "known": ", ".join(BY_KEY)}
            message = "There is no question “{key}”. Known: {known}."
            problems.append(FieldProblem("answers", "unknown_question", message, shown))
        elif not _fits(question, value):
            shown = {"known": ", ".join(option for option, _text in question.options)}
            message = "Give one of: {known}." if not question.several else "Give a list of some of: {known}."
            problems.append(FieldProblem(key, "unknown_answer", message, shown))
    return problems


def unanswered(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Needed questions that nobody answered yet."""
    return tuple(question.key for question in QUESTIONNAIRE if question.needed and not answers.get(question.key))


def proposal_of(answers: Mapping[str, Any]) -> Proposal:
    """The tier, the role and the duties. Not known counts as yes; naming a practice, area or situation does too."""
    tier = _tier(answers)
    signs = answers.get("provider_signs") or ()
    role = PROVIDER if signs else DEPLOYER
    return Proposal(tier, role, duties_of(tier, role, answers.get("situations") or ()))


def duties_of(tier: str, role: str, situations: Sequence[str]) -> tuple[Duty, ...]:
    """What the law asks in a tier and role; what was not assessed counts as high."""
    if tier == PROHIBITED:
        return _STOP
    told = tuple(_SITUATIONS[key] for key in _SITUATIONS if key in situations)
    if tier in (HIGH, UNASSESSED):
        # A provider that uses its own system has a deployer's duties as well.
        return (*_ALWAYS, *(_PROVIDER if role == PROVIDER else ()), *_DEPLOYER, *told)
    return (*_ALWAYS, *told)


def duty_named(key: str) -> Duty | None:
    """A duty as it is worded now."""
    return DUTIES.get(key)


def _tier(answers: Mapping[str, Any]) -> str:
    if answers.get("practices"):
        return PROHIBITED
    tier = proposed_tier({key: answers[key] for key in BY_KEY if isinstance(answers.get(key), str) and answers[key]})
    if tier == UNASSESSED:
        return tier
    floor = HIGH if answers.get("areas") else LIMITED if answers.get("situations") else MINIMAL
    return max(tier, floor, key=TIER_ORDER.index)


def _fits(question: Question, value: Any) -> bool:
    options = {option for option, _text in question.options}
    if question.several:
        return isinstance(value, list | tuple) and all(isinstance(one, str) and one in options for one in value)
    return isinstance(value, str) and (not value or value in options)
