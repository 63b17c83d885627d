"""Lists of extra items: drafted from a table, published once and for all, followed by a new version, retired."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.permissions import can_keep_checklists
from gates.queries.checklist_templates import version_before
from gates.rules.checklists import ItemDraft, SheetTable, drafts_of
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, Invalid, NotAllowedNow, Stale
from pocgate.ledger.commands import Act, record
from portfolio.enums import Stage, Tier

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 40
LONGEST_TITLE, LONGEST_SOURCE = 200, 300
NOT_A_KEEPER = Blocker(
    "may_not_keep_checklists", "Lists of extra items are kept by compliance officers and administrators."
)
PUBLISHED = Blocker(
    "already_published", "This version is published and stays as it is; upload the list again for a new version."
)


@dataclass(frozen=True)
class ListTerms:
    """What a list is called, where it comes from, and when it is asked: gates and tiers, none meaning all."""

    key: str
    title: str
    source: str = ""
    gates: Collection[int] = ()
    tiers: Collection[str] = ()


def draft_checklist(*, terms: ListTerms, table: SheetTable, actor: User | None, now: datetime) -> ChecklistTemplate:
    """Keep a table as the draft of the list's next version; an earlier draft of it is replaced.

    No actor means the command line. Raises `Forbidden`, and `Invalid` with each row that cannot be taken.
    """
    _require(actor, now=now)
    drafts = _checked(terms, table)
    with transaction.atomic():
        versions = list(ChecklistTemplate.objects.select_for_update().filter(key=terms.key).order_by("version"))
        ChecklistTemplate.objects.filter(key=terms.key, published_at__isnull=True).delete()
        number = max((row.version for row in versions if row.published_at is not None), default=0) + 1
        template = _write(terms, number, table, drafts, actor=actor, now=now)
        after = {"key": terms.key, "version": number, "items": len(drafts)}
        record(Act("checklist.drafted", "checklist", template.pk, after=after), actor=actor, now=now)
    return template


def publish_checklist(*, template_id: int, actor: User | None, now: datetime) -> ChecklistTemplate:
    """Put a draft in force; the version before it is retired. Nothing of it changes from now on."""
    _require(actor, now=now)
    with transaction.atomic():
        template = _locked(template_id)
        refuse([PUBLISHED] if template.published_at is not None else [])
        before = version_before(template)
        if before is not None:
            ChecklistTemplate.objects.filter(pk=before.pk, retired_at__isnull=True).update(retired_at=now)
        ChecklistTemplate.objects.filter(pk=template.pk).update(published_at=now)
        template.published_at = now
        after = {"key": template.key, "version": template.version}
        record(Act("checklist.published", "checklist", template.pk, after=after), actor=actor, now=now)
    return template


def retire_checklist(*, template_id: int, actor: User | None, now: datetime) -> ChecklistTemplate:
    """Take a published version out of force; its signatures stay on record."""
    _require(actor, now=now)
    with transaction.atomic():
        template = _locked(template_id)
        if template.published_at is None or template.retired_at is not None:
            raise NotAllowedNow([Blocker("not_in_force", "Only a version that is in force can be retired.")])
        ChecklistTemplate.objects.filter(pk=template.pk).update(retired_at=now)
        template.retired_at = now
        after = {"key": template.key, "version": template.version}
        record(Act("checklist.retired", "checklist", template.pk, after=after), actor=actor, now=now)
    return template


def discard_checklist(*, template_id: int, actor: User | None, now: datetime) -> None:
    """Throw a draft away."""
    _require(actor, now=now)
    with transaction.atomic():
        template = _locked(template_id)
        refuse([PUBLISHED] if template.published_at is not None else [])
        before = {"key": template.key, "version": template.version}
        record(Act("checklist.discarded", "checklist", template.pk, before=before), actor=actor, now=now)
        template.delete()


def check_checklist(*, terms: ListTerms, table: SheetTable) -> tuple[ItemDraft, ...]:
    """The items that a table would become, for a preview; raises `Invalid` with each row that cannot be taken."""
    return _checked(terms, table)


def _require(actor: User | None, *, now: datetime) -> None:
    if actor is not None and not can_keep_checklists(actor, now=now):
        raise Forbidden(NOT_A_KEEPER)


def _locked(template_id: int) -> ChecklistTemplate:
    template = ChecklistTemplate.objects.select_for_update().filter(pk=template_id).first()
    if template is None:
        raise Stale("This draft was replaced or thrown away meanwhile.")
    return template


def _checked(terms: ListTerms, table: SheetTable) -> tuple[ItemDraft, ...]:
    check_texts(title=terms.title, source=terms.source)
    problems = list(_term_problems(terms))
    if problems:
        raise Invalid(problems)
    drafts, rows = drafts_of(table, terms.key)
    if rows:
        raise Invalid(rows)
    return drafts


def _term_problems(terms: ListTerms) -> list[FieldProblem]:
    problems = []
    if not KEY.fullmatch(terms.key) or len(terms.key) > LONGEST_KEY:
        message = "A key has at most {longest} small letters, digits and single hyphens, such as nist-ai-rmf."
        problems.append(FieldProblem("key", "bad_key", message, {"longest": LONGEST_KEY}))
    for name, longest in (("title", LONGEST_TITLE), ("source", LONGEST_SOURCE)):
        if len(getattr(terms, name)) > longest:
            message = "At most {longest} characters."
            problems.append(FieldProblem(name, "too_long", message, {"longest": longest}))
    if not terms.title.strip():
        problems.append(FieldProblem("title", "title_missing", "A list needs a title."))
    known: dict[str, list[Any]] = {"gates": list(Stage.values), "tiers": list(Tier.values)}
    for name, values in known.items():
        if set(getattr(terms, name)) - set(values):
            message = "Choose from: {choices}."
            shown = {"choices": ", ".join(str(value) for value in values)}
            problems.append(FieldProblem(name, "unknown_value", message, shown))
    return problems


def _write(
    terms: ListTerms,
    number: int,
    table: SheetTable,
    drafts: tuple[ItemDraft, ...],
    *,
    actor: User | None,
    now: datetime,
) -> ChecklistTemplate:
    try:
        with transaction.atomic():
            template = ChecklistTemplate.objects.create(
                key=terms.key,
                version=number,
                title=terms.title.strip(),
                source=terms.source.strip(),
                gates=sorted(set(terms.gates)),
                tiers=sorted(set(terms.tiers)),
                columns=list(table.columns),
                created_by=actor,
                created_at=now,
            )
    except IntegrityError as error:
        raise Stale("Somebody else drafted this list meanwhile; look at it first.") from error
    ChecklistTemplateItem.objects.bulk_create(
        ChecklistTemplateItem(
            template=template,
            position=position,
            key=draft.key,
            title=draft.title,
            asks=draft.asks,
            how=draft.how,
            reference=draft.reference,
            is_must=draft.is_must,
            validity_days=draft.validity_days,
            cells=list(draft.cells),
        )
        for position, draft in enumerate(drafts, start=1)
    )
    return template
