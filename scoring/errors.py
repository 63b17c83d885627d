"""Refusals of scoring's commands."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker, FieldProblem


def playbook_unchanged(version: int) -> Blocker:
    """Publishing the same content again would only make a version that says nothing."""
    return Blocker("playbook_unchanged", "This is the content of version {version} already.", {"version": version})


def draft_outdated(base: int, version: int) -> Blocker:
    """Publishing it would quietly take back what another draft brought."""
    return Blocker(
        "draft_outdated",
        "Version {version} came into force after this draft was begun from version {base}. Look at the difference, "
        "then carry the draft on from version {version}.",
        {"base": base, "version": version},
    )


def already_published(version: int) -> Blocker:
    """A version never changes."""
    return Blocker("already_published", "This draft is in force as version {version} already.", {"version": version})


def effect_not_seen() -> Blocker:
    """Nobody publishes without having been shown what it does."""
    return Blocker("effect_not_seen", "Compute the effect of this text on the portfolio first, and look at it.")


def draft_name_missing(longest: int) -> FieldProblem:
    """A draft is found by its name."""
    return FieldProblem(
        "name", "draft_name_missing", "Give the draft a name of at most {longest} characters.", {"longest": longest}
    )


def draft_too_large() -> FieldProblem:
    """The reader's own limit."""
    return FieldProblem("text", "too_large", "The playbook is larger than 1 MiB.")


def playbook_line(line: int, path: str, code: str, message: str) -> FieldProblem:
    """A fault of a playbook document at its line."""
    return FieldProblem(f"line {line}" + (f", {path}" if path else ""), code, "{message}", {"message": message})


def meaning_changed(key: str, field: str, before: str, after: str) -> FieldProblem:
    """Stored answers would read differently under the new playbook."""
    return FieldProblem(
        f"criteria[{key}].{field}",
        "meaning_changed",
        "“{key}” is published with {field} “{before}” and may not become “{after}”; give the new criterion a new key.",
        {"key": key, "field": field, "before": before, "after": after},
    )


def rated_twice(criterion: str) -> FieldProblem:
    """One call rates a criterion once."""
    message = "“{criterion}” is rated twice here; keep one of the ratings."
    return FieldProblem("criterion", "rated_twice", message, {"criterion": criterion})


def unknown_criterion(criterion: str) -> FieldProblem:
    """The playbook in force has no such criterion."""
    return FieldProblem(
        "criterion", "unknown_criterion", "The playbook has no criterion “{criterion}”.", {"criterion": criterion}
    )


def unknown_answer(answer: str, known: str) -> FieldProblem:
    """People answer with a few words; imported ones and signatures are not theirs to give."""
    return FieldProblem(
        "answer",
        "unknown_answer",
        "“{answer}” is no answer; choose one of: {known}.",
        {"answer": answer, "known": known},
    )


def note_missing() -> FieldProblem:
    """“Not applicable” and “returned” take a reason."""
    return FieldProblem("note", "note_missing", "Say why; this answer needs a reason.")


def text_unreadable(pointer: str) -> FieldProblem:
    """A database can not hold it."""
    return FieldProblem(pointer, "text_unreadable", "The text holds a NUL character; remove it.")


def foreign_revisions(ids: str) -> FieldProblem:
    """Evidence of another case, withdrawn, or not there."""
    return FieldProblem(
        "revision_ids",
        "unknown_revision",
        "Not among the evidence of this case: revision {ids}. Attach the evidence to the case first.",
        {"ids": ids},
    )


def no_revisions() -> FieldProblem:
    """There is nothing to link."""
    return FieldProblem("revision_ids", "revision_missing", "Choose at least one piece of evidence.")


def computed_criterion(title: str) -> Blocker:
    """What can be computed is never ticked by hand."""
    return Blocker(
        "computed_criterion",
        "“{title}” is computed from the records of the case; nobody can tick it.",
        {"title": title},
    )


def signed_criterion(title: str) -> Blocker:
    """Compliance's word."""
    return Blocker("signed_criterion", "“{title}” is signed by compliance at the gate.", {"title": title})


def not_signed_criterion(title: str) -> Blocker:
    """The opposite mistake."""
    return Blocker("not_signed_criterion", "“{title}” takes no signature.", {"title": title})


def case_is_draft() -> Blocker:
    """A draft has no gate before it."""
    return Blocker("case_is_draft", "This case is a draft; hand it in first.")


def nothing_to_verify() -> Blocker:
    """No answer was given here, or one that claims nothing."""
    return Blocker("nothing_to_verify", "There is no answer to verify; it has to be given here first.")


def own_answer() -> Blocker:
    """Four eyes."""
    return Blocker("own_answer", "You gave this answer; another person verifies it.")


def already_verified() -> Blocker:
    """Once is enough."""
    return Blocker("already_verified", "This answer is verified already.")


def not_a_verifier(role: str) -> Blocker:
    """The role is a word of the playbook."""
    return Blocker(
        "may_not_verify",
        "This is verified by compliance or by the team's {role}.",
        {"role": role.replace("_", " ")},
    )


def nothing_to_rate() -> FieldProblem:
    """An empty form."""
    return FieldProblem("ratings", "rating_missing", "Rate at least one criterion.")


def rating_out_of_range(criterion: str) -> FieldProblem:
    """1 to 5."""
    return FieldProblem(criterion, "rating_out_of_range", "A rating is a whole number from 1 to 5.")


def range_incomplete(criterion: str) -> FieldProblem:
    """One end says nothing about the other."""
    return FieldProblem(criterion, "range_incomplete", "Give both ends of the range, or neither.")


def range_out_of_scale(criterion: str) -> FieldProblem:
    """The range lies on the same scale."""
    return FieldProblem(criterion, "range_out_of_scale", "Both ends of the range are whole numbers from 1 to 5.")


def range_misses_rating(criterion: str, low: int, rating: int, high: int) -> FieldProblem:
    """The rating is what the assessor holds most likely, so the range has to hold it."""
    return FieldProblem(
        criterion,
        "range_misses_rating",
        "The range from {low} to {high} does not hold your rating of {rating}.",
        {"low": low, "rating": rating, "high": high},
    )


def range_without_rating(criterion: str) -> FieldProblem:
    """A reason or a range alone counts for nothing."""
    return FieldProblem(criterion, "range_without_rating", "Choose a rating too; a range or a reason alone says none.")


def unknown_discipline(discipline: str, known: str) -> FieldProblem:
    """Disciplines make the mix of assessors."""
    return FieldProblem(
        "discipline",
        "unknown_discipline",
        "“{discipline}” is no discipline; choose one of: {known}.",
        {"discipline": discipline, "known": known},
    )


def unknown_detector(detector: str, known: str) -> FieldProblem:
    """There are seven."""
    return FieldProblem(
        "detector",
        "unknown_detector",
        "“{detector}” is no detector; the detectors are: {known}.",
        {"detector": detector, "known": known},
    )


def justification_missing() -> FieldProblem:
    """Blank is no reason."""
    return FieldProblem("text", "justification_missing", "Say why the money was needed and what comes next.")


def justification_too_long(limit: int) -> FieldProblem:
    """A page is enough."""
    return FieldProblem("text", "too_long", "Give at most {limit} characters.", {"limit": limit})


def justification_not_asked(percent: int) -> Blocker:
    """Lower shares of a cap only inform."""
    return Blocker(
        "justification_not_asked", "At {percent} % of a cap no justification is asked.", {"percent": percent}
    )


def justified_already() -> Blocker:
    """What was written stays."""
    return Blocker("justified_already", "This was justified already; what was written stays on record.")


def rate_first() -> Blocker:
    """Ratings of others wait for one's own."""
    return Blocker("rate_first", "This holds ratings of others; rate the case on its scorecard first.")
