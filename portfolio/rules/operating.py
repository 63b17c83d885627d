"""Releases, incidents and change requests: what may be written down, and what may happen to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.choices import choice_problems
from portfolio.rules.moments import moment_problems
from portfolio.rules.numbers import short_text_problems

LABEL_LENGTH = 100
DIGEST_LENGTH = 128
NOTE_LENGTH = 4000
TEXT_LENGTH = 500
# What a release is made of.
RELEASE_PARTS = ("model", "prompt", "data", "vendor")


@dataclass(frozen=True)
class Build:
    """A version of what runs. `parts` names versions of model, prompt, data and vendor; `digest` identifies the build.

    `kind` is `feature`, `security_fix` or `rollback`.
    """

    label: str
    kind: str = "feature"
    parts: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    note: str = ""


@dataclass(frozen=True)
class Mishap:
    """Something that went wrong in use. `severity` is `minor`, `major` or `serious`."""

    severity: str
    text: str
    detected_at: datetime
    source: str = ""
    external_id: str | None = None


@dataclass(frozen=True)
class Wish:
    """A change that goes beyond what was approved: `data_source`, `user_group`, `purpose` or `release`.

    `release_id` is the recorded release that a change of kind `release` asks for.
    """

    kind: str
    text: str
    release_id: int | None = None
    source: str = ""
    external_id: str | None = None


def build_problems(build: Build, *, kinds: Iterable[str]) -> list[FieldProblem]:
    """What is wrong with a release."""
    problems = [
        *short_text_problems("label", build.label, LABEL_LENGTH, required=True),
        *choice_problems("kind", build.kind, kinds),
        *short_text_problems("digest", build.digest, DIGEST_LENGTH),
        *short_text_problems("note", build.note, NOTE_LENGTH),
    ]
    for part, version in build.parts.items():
        if part not in RELEASE_PARTS:
            params = {"known": ", ".join(RELEASE_PARTS)}
            problems.append(
                FieldProblem(f"parts/{part}", "unknown_part", "A release has these parts: {known}.", params)
            )
        problems += short_text_problems(f"parts/{part}", version, LABEL_LENGTH)
    return problems


def mishap_problems(mishap: Mishap, *, severities: Iterable[str], now: datetime) -> list[FieldProblem]:
    """What is wrong with an incident."""
    return [
        *choice_problems("severity", mishap.severity, severities),
        *short_text_problems("text", mishap.text, TEXT_LENGTH, required=True),
        *moment_problems("detected_at", mishap.detected_at, now=now),
        *short_text_problems("source", mishap.source, 200),
        *short_text_problems("external_id", mishap.external_id or "", 200),
    ]


def containment_problems(
    containment: str, contained_at: datetime, *, detected_at: datetime, now: datetime
) -> list[FieldProblem]:
    """What is wrong with how an incident was contained."""
    problems = [
        *short_text_problems("containment", containment, TEXT_LENGTH, required=True),
        *moment_problems("contained_at", contained_at, now=now),
    ]
    if not problems and contained_at < detected_at:
        problems.append(FieldProblem("contained_at", "period_order", "It was contained before it was detected."))
    return problems


def incident_blockers(*, is_corrected: bool, is_done: bool) -> list[Blocker]:
    """Why an incident can not be called contained, or reported, now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if is_done:
        return [Blocker("said_already", "This was said of the incident already.")]
    return []


def wish_problems(wish: Wish, *, kinds: Iterable[str]) -> list[FieldProblem]:
    """What is wrong with a change request."""
    problems = [
        *choice_problems("kind", wish.kind, kinds),
        *short_text_problems("text", wish.text, TEXT_LENGTH, required=True),
        *short_text_problems("source", wish.source, 200),
        *short_text_problems("external_id", wish.external_id or "", 200),
    ]
    if wish.release_id is not None and wish.kind != "release":
        problems.append(FieldProblem("release", "not_here", "A release belongs to a request for a new release."))
    return problems


def wish_blockers(*, is_corrected: bool, state: str) -> list[Blocker]:
    """Why a change request can not be corrected or withdrawn now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if state != "open":
        return [Blocker("settled_already", "This request was settled already: {state}.", {"state": state})]
    return []
