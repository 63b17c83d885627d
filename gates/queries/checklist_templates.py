"""Versions of checklists with extra items: all of them for their keepers, and those in force at a gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet

from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.rules.checklists import (
    STANDARD_COLUMNS,
    ItemChange,
    ItemDraft,
    SheetTable,
    changes_between,
    in_natural_order,
    item_name,
)
from portfolio.enums import Tier


@dataclass(frozen=True)
class ExtraItem:
    """An extra item in force: the item, its version, and when its wording last changed."""

    template: ChecklistTemplate
    item: ChecklistTemplateItem
    worded_at: datetime

    @property
    def name(self) -> str:
        """As signatures call it."""
        return item_name(self.template.key, self.item.key)


def checklist_versions() -> QuerySet[ChecklistTemplate]:
    """Every version of every list, by key, the newest first, with the number of items."""
    rows = ChecklistTemplate.objects.annotate(item_count=Count("items")).select_related("created_by")
    return rows.order_by("key", "-version")


def version_before(template: ChecklistTemplate) -> ChecklistTemplate | None:
    """The published version before this one."""
    earlier = ChecklistTemplate.objects.filter(
        key=template.key, version__lt=template.version, published_at__isnull=False
    )
    return earlier.order_by("-version").first()


def items_of(template: ChecklistTemplate) -> list[ChecklistTemplateItem]:
    """The items in natural order."""
    items = list(template.items.order_by("position"))
    return in_natural_order(items, [item.title for item in items])


def changes_of(template: ChecklistTemplate) -> list[ItemChange]:
    """What differs from the published version before; nothing where there is none."""
    before = version_before(template)
    if before is None:
        return []
    return changes_between(_drafts(before), _drafts(template))


def table_of(template: ChecklistTemplate) -> SheetTable:
    """The list as a spreadsheet: as it came, or in the standard columns where it came from no file."""
    items = list(template.items.order_by("position"))
    if template.columns:
        return SheetTable(tuple(template.columns), tuple(tuple(item.cells) for item in items))
    return SheetTable(STANDARD_COLUMNS, tuple(_standard_cells(item) for item in items))


def extras_in_force(*, now: datetime) -> list[ExtraItem]:
    """The items of every list in force, each list in natural order. Three queries, one where there are no lists."""
    by_key: dict[str, list[ChecklistTemplate]] = defaultdict(list)
    items = ChecklistTemplateItem.objects.defer("cells").order_by("position")
    published = ChecklistTemplate.objects.filter(published_at__lte=now).prefetch_related(Prefetch("items", items))
    for template in published.order_by("key", "version"):
        by_key[template.key].append(template)
    return [extra for versions in by_key.values() for extra in _in_force(versions, now)]


def applies_to(template: ChecklistTemplate, *, gate: int, tier: str) -> bool:
    """Whether the list is asked at this gate for this tier; what was not assessed counts as high."""
    counted = Tier.HIGH if tier == Tier.UNASSESSED else tier
    return (not template.gates or gate in template.gates) and (not template.tiers or counted in template.tiers)


def _in_force(versions: list[ChecklistTemplate], now: datetime) -> Iterable[ExtraItem]:
    standing = [version for version in versions if version.retired_at is None or version.retired_at > now]
    if not standing:
        return []
    latest = standing[-1]
    worded = _worded_at([version for version in versions if version.version <= latest.version])
    items = list(latest.items.all())
    ordered = in_natural_order(items, [item.title for item in items])
    return [ExtraItem(latest, item, worded[item.key]) for item in ordered]


def _worded_at(versions: Iterable[ChecklistTemplate]) -> dict[str, datetime]:
    """When what each item asks was last published otherwise than before."""
    found: dict[str, tuple[tuple[str, str], datetime]] = {}
    for version in versions:
        for item in version.items.all():
            words = (item.title, item.asks)
            known = found.get(item.key)
            if version.published_at is not None and (known is None or known[0] != words):
                found[item.key] = (words, version.published_at)
    return {key: at for key, (_words, at) in found.items()}


def _drafts(template: ChecklistTemplate) -> list[ItemDraft]:
    return [
        ItemDraft(
            key=item.key,
            title=item.title,
            asks=item.asks,
            how=item.how,
            reference=item.reference,
            is_must=item.is_must,
            validity_days=item.validity_days,
        )
        for item in items_of(template)
    ]


def _standard_cells(item: ChecklistTemplateItem) -> tuple[str, ...]:
    days = str(item.validity_days) if item.validity_days else ""
    return (item.key, item.title, item.asks, item.how, item.reference, "yes" if item.is_must else "no", days)
