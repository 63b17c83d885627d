"""Which values an endpoint takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from ipaddress import ip_address

from pocgate.kernel.addresses import Network, is_callable
from pocgate.kernel.errors import FieldProblem
from pocgate.kernel.outgoing import target_of
from pocgate.ledger.enums import NEVER_TOLD, NOUNS, VERBS

LONGEST_NAME = 100
LONGEST_URL = 500
MOST_KINDS = 100
KINDS = (*NOUNS, *VERBS)
# How many known kinds are named for a mistyped one, and how like it they have to be (a ratio of `difflib`).
MOST_NAMED = 3
LIKE = 0.6


def endpoint_problems(
    name: str, url: str, kinds: Sequence[str], *, allowed: Sequence[Network]
) -> Iterator[FieldProblem]:
    """Everything that is wrong with an endpoint; `allowed` are the networks that the operator opened."""
    if not name:
        yield FieldProblem("name", "missing", "Give the endpoint a name.")
    if len(name) > LONGEST_NAME:
        yield FieldProblem("name", "too_long", "At most {limit} characters.", {"limit": LONGEST_NAME})
    if not name.isprintable():
        yield FieldProblem("name", "control_character", "A name has no control characters.")
    yield from _url_problems(url, allowed)
    if len(kinds) > MOST_KINDS:
        yield FieldProblem("kinds", "too_many", "At most {limit} kinds.", {"limit": MOST_KINDS})
    for kind in kinds[:MOST_KINDS]:
        if not is_kind(kind):
            yield _unknown_kind(kind)


def is_kind(kind: str) -> bool:
    """A verb that is told, such as `decision.made`, or the noun of verbs, such as `decision`."""
    return kind in KINDS


def nearest_kinds(kind: str) -> Sequence[str]:
    """The known kinds that a mistyped one may mean, the likeliest first; none when nothing is like it."""
    return get_close_matches(kind, KINDS, n=MOST_NAMED, cutoff=LIKE)


def sorted_kinds(kinds: Iterable[str]) -> list[str]:
    """Each once, without the verbs that a noun among them covers."""
    given = {kind.strip() for kind in kinds if kind.strip()}
    return sorted(kind for kind in given if kind not in VERBS or kind.partition(".")[0] not in given)


def _unknown_kind(kind: str) -> FieldProblem:
    given = kind[:60]
    if kind in NEVER_TOLD:
        return FieldProblem("kinds", "never_told", "“{kind}” is told to nobody: votes are secret.", {"kind": given})
    near = nearest_kinds(given)
    if near:
        shown = {"kind": given, "near": ", ".join(near)}
        return FieldProblem("kinds", "unknown_kind", "“{kind}” is no kind of event. Perhaps you mean: {near}.", shown)
    shown = {"kind": given, "nouns": ", ".join(NOUNS)}
    return FieldProblem("kinds", "unknown_kind", "“{kind}” is no kind of event. It begins with one of: {nouns}.", shown)


def _url_problems(url: str, allowed: Sequence[Network]) -> Iterator[FieldProblem]:
    if len(url) > LONGEST_URL:
        yield FieldProblem("url", "too_long", "At most {limit} characters.", {"limit": LONGEST_URL})
        return
    try:
        target = target_of(url)
    except ValueError as error:
        yield FieldProblem("url", "not_an_address", "{problem}", {"problem": error})
        return
    if not target.is_secure and not allowed:
        yield FieldProblem("url", "not_secure", "Use https: only networks that the operator opened are called without.")
    if _is_refused(target.host, allowed):
        yield FieldProblem(
            "url",
            "address_refused",
            "{host} is not a public address. The operator can open a network by POCGATE_WEBHOOK_ALLOW_PRIVATE.",
            {"host": target.host},
        )


def _is_refused(host: str, allowed: Sequence[Network]) -> bool:
    """Of names nothing is known before they are called, but what never leads out is told at once."""
    try:
        ip_address(host)
    except ValueError:
        return (host == "localhost" or host.endswith(".localhost")) and not allowed
    return not is_callable(host, allowed)
