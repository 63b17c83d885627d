"""What the inbox refuses, and why."""

from __future__ import annotations

from pocgate.kernel.errors import FieldProblem


def delivery_not_offered(topic: str, offered: str) -> FieldProblem:
    """The policy keeps a topic's mails coming."""
    return FieldProblem(
        topic, "delivery_not_offered", "The policy offers only these deliveries here: {offered}.", {"offered": offered}
    )


def kind_is_mandatory(kind: str) -> FieldProblem:
    """A duty can not be switched off."""
    return FieldProblem(
        "muted", "kind_is_mandatory", "Mails of the kind “{kind}” are mandatory: they can not be ended.", {"kind": kind}
    )


def kind_unknown(kind: str) -> FieldProblem:
    """No such kind."""
    return FieldProblem("muted", "kind_unknown", "There is no kind of notification “{kind}”.", {"kind": kind[:40]})


def topic_unknown(topic: str) -> FieldProblem:
    """No such topic."""
    return FieldProblem("deliveries", "topic_unknown", "There is no topic “{topic}”.", {"topic": topic[:40]})


def weekday_unknown() -> FieldProblem:
    """Monday is 0."""
    return FieldProblem("digest_weekday", "weekday_unknown", "Choose a day from 0 (Monday) to 6 (Sunday).")


def quiet_needs_both_ends(pointer: str) -> FieldProblem:
    """One end alone says nothing."""
    return FieldProblem(pointer, "quiet_needs_both_ends", "Give both ends of the quiet hours, or neither.")


def quiet_is_empty() -> FieldProblem:
    """From eight to eight is not a night."""
    return FieldProblem("quiet_until", "quiet_is_empty", "Quiet hours have to end at another time than they begin.")


def digest_is_quiet() -> FieldProblem:
    """A mail that never may come at its hour."""
    return FieldProblem(
        "digest_at", "digest_is_quiet", "The digest would come in your quiet hours: move one of the two."
    )


def away_needs_both_ends(pointer: str) -> FieldProblem:
    """An absence has a last day."""
    return FieldProblem(pointer, "away_needs_both_ends", "Give the first and the last day of the absence, or neither.")


def away_ends_before_start() -> FieldProblem:
    """The last day lies before the first."""
    return FieldProblem("away_until", "away_ends_before_start", "The last day has to be the first one or later.")


def away_is_too_long(most: int) -> FieldProblem:
    """Mails are not kept for years."""
    return FieldProblem("away_until", "away_is_too_long", "An absence lasts at most {most} days.", {"most": most})


def channel_kind_unknown(known: str) -> FieldProblem:
    """No such channel."""
    return FieldProblem("kind", "channel_kind_unknown", "Choose one of: {known}.", {"known": known})


def topics_missing() -> FieldProblem:
    """A channel for nothing."""
    return FieldProblem("topics", "topics_missing", "Choose at least one topic.")


def topics_not_offered(offered: str) -> FieldProblem:
    """A person's duties are not told to a room."""
    return FieldProblem("topics", "topics_not_offered", "This channel can be told of: {offered}.", {"offered": offered})


def too_many_channels(most: int) -> FieldProblem:
    """Each notification goes to all of them."""
    return FieldProblem(
        "name", "too_many_channels", "A person has at most {most} channels. Remove one.", {"most": most}
    )


TEXT_PROBLEMS = {
    "dollar_alone": "Line {line}: a dollar sign stands alone. Write $$ for the sign itself.",
    "placeholder_unknown": "Line {line}: there is no place {what}. There are: {offered}.",
    "tag_refused": "Line {line}: {what} does not belong in a mail. Remove it.",
    "attribute_refused": "Line {line}: {what} would run a program. Remove it.",
    "address_refused": "Line {line}: “{what}” is no address of a link. It begins with https:// or is $link.",
    "value_in_address": "Line {line}: “{what}” holds more than one place. An address is one place alone.",
    "value_in_tag": "Line {line}: a place inside a tag is only for links. Move it out of {what}.",
    "value_unquoted": 'Line {line}: write quotes around a place in a tag, such as href="$link".',
}


def text_problem(part: str, code: str, *, line: int, what: str, offered: str) -> FieldProblem:
    """What is wrong in a mail's text, and in which line."""
    shown = {"line": line, "what": what[:80], "offered": offered}
    return FieldProblem(part, code, TEXT_PROBLEMS[code], shown)


def text_missing(part: str) -> FieldProblem:
    """Each mail has its three parts."""
    return FieldProblem(part, "text_missing", "This part can not be empty. Reset brings the shipped text back.")
