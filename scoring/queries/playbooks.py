"""The playbook in force, an earlier one, and the one that ships."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db.models import BigIntegerField, CharField, QuerySet
from django.db.models.expressions import RawSQL

from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.rules.playbook import Playbook, PlaybookInvalid, Problem, parse_playbook

DEFAULT_PLAYBOOK = Path(__file__).resolve().parent.parent / "playbooks" / "default.yaml"


@dataclass(frozen=True)
class PublishedPlaybook:
    """A version with its rules. Before the first is published this is the shipped one: no `pk`, version 0."""

    pk: int | None
    version: int
    digest: str
    published_at: datetime | None
    rules: Playbook


def published_playbook() -> PublishedPlaybook:
    """The version in force: the latest published. One small query; the text is parsed once in each process."""
    found = _latest().values_list("pk", "version", "digest", "published_at").first()
    if found is None:
        rules = default_rules()
        return PublishedPlaybook(None, 0, rules.digest, None, rules)
    pk, version, digest, published_at = found
    return PublishedPlaybook(pk, version or 0, digest, published_at, rules_of(pk, digest))


def playbook_in_force() -> dict[str, RawSQL]:
    """`playbook_pk` and `playbook_digest` of the version in force, for a query that reads them along with its rows."""
    # As text, since it stands in the query of every single change: put together each time it costs a tenth of it.
    latest = "FROM scoring_playbook WHERE state = 'published' ORDER BY version DESC LIMIT 1"
    return {
        "playbook_pk": RawSQL(f"SELECT id {latest}", (), BigIntegerField()),  # noqa: S611 - constants
        "playbook_digest": RawSQL(f"SELECT digest {latest}", (), CharField()),  # noqa: S611 - constants
    }


def _latest() -> QuerySet[PlaybookRow]:
    return PlaybookRow.objects.filter(state=PlaybookState.PUBLISHED).order_by("-version")


def current_playbook() -> Playbook:
    """The rules in force."""
    return published_playbook().rules


def playbook_of(pk: int) -> Playbook:
    """The rules of one version, such as the one a review was opened under. Raises `DoesNotExist`."""
    return rules_of(pk, PlaybookRow.objects.values_list("digest", flat=True).get(pk=pk))


def playbook_text(version: int | None = None) -> str:
    """The YAML of a version, else of the one in force, else of the one that ships. Raises `DoesNotExist`."""
    published = PlaybookRow.objects.filter(state=PlaybookState.PUBLISHED).order_by("-version")
    if version is not None:
        return published.values_list("text", flat=True).get(version=version)
    text = published.values_list("text", flat=True).first()
    return default_playbook_text() if text is None else text


def default_playbook_text() -> str:
    """The YAML that ships."""
    return DEFAULT_PLAYBOOK.read_text(encoding="utf-8")


def playbook_problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a document, in line order; empty when it may be published."""
    try:
        parse_playbook(text)
    except PlaybookInvalid as invalid:
        return invalid.problems
    return ()


def rules_of(pk: int, digest: str) -> Playbook:
    """The rules of a version, parsed once in each process."""
    # Equal digests are equal rules: whoever uses what ships needs no second reading of it.
    shipped = default_rules()
    return shipped if digest == shipped.digest else _parsed_rules(pk, digest)


@lru_cache(maxsize=16)
def _parsed_rules(pk: int, digest: str) -> Playbook:
    # The digest stands in the key so that another database with the same ids, as in tests, finds its own rules.
    return parse_playbook(PlaybookRow.objects.values_list("text", flat=True).get(pk=pk))


@lru_cache(maxsize=1)
def default_rules() -> Playbook:
    """The rules of the document that ships, parsed once in each process."""
    return parse_playbook(default_playbook_text())
