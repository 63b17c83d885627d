"""Saved mappings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.importing.mapping import Mapping
from portfolio.importing.mapping_yaml import InvalidMapping, dump_mapping, load_mapping
from portfolio.models import ImportMapping
from portfolio.permissions import require_import

NAME_LENGTH = 100


def save_mapping(*, name: str, text: str, actor: User | None, now: datetime) -> ImportMapping:
    """Save a mapping under a name, replacing the one of that name. `Invalid` lists each fault with its line."""
    require_import(actor, now=now)
    clean = " ".join(name.split())
    if not clean or len(clean) > NAME_LENGTH:
        raise Invalid([FieldProblem("name", "name", "Give the mapping a name of at most 100 characters.")])
    mapping = checked_mapping(text)
    with transaction.atomic():
        row = ImportMapping.objects.select_for_update().filter(name__iexact=clean).first() or ImportMapping()
        row.name, row.text = clean, dump_mapping(replace(mapping, name=clean))
        row.saved_by, row.saved_at = actor, now
        row.save()
        record(Act("mapping.saved", "import_mapping", row.pk, None, {}, {"name": clean}), actor=actor, now=now)
    return row


def delete_mapping(*, mapping_id: int, actor: User, now: datetime) -> None:
    """Remove a saved mapping; imports made with it stay as they are."""
    require_import(actor, now=now)
    with transaction.atomic():
        row = ImportMapping.objects.select_for_update().get(pk=mapping_id)
        before = {"name": row.name, "text": row.text}
        record(Act("mapping.deleted", "import_mapping", row.pk, None, before, {}), actor=actor, now=now)
        row.delete()


def checked_mapping(text: str) -> Mapping:
    """The mapping in the text; `Invalid` with one problem per fault."""
    try:
        return load_mapping(text)
    except InvalidMapping as error:
        problems = [
            FieldProblem("mapping", "mapping", "Line {line}: {fault}.", {"line": fault.line, "fault": fault.message})
            for fault in error.faults
        ]
        raise Invalid(problems) from error
