"""Versions of checklists with extra items: all of them for their keepers, and those in force at a gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet

from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.permissions import can_keep_checklists
from gates.rules.checklists import (
    STANDARD_COLUMNS,
    ItemChange,
    ItemDraft,
    SheetTable,
    changes_between,
    in_natural_order,
    item_name,
)
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import has_role
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


def checklists_visible_to(user: User, *, now: datetime) -> QuerySet[ChecklistTemplate]:
    """What is or was published, to everybody; drafts only to their keepers and to auditors."""
    if can_keep_checklists(user, now=now) or has_role(user, Role.AUDITOR, now=now):
        return checklist_versions()
    return checklist_versions().filter(published_at__isnull=False)


def asked_at(
    templates: Iterable[ChecklistTemplate], *, gate: int | None = None, tier: str = ""
) -> list[ChecklistTemplate]:
    """Those that are asked at the gate, and for the tier; a gate or tier that is not given leaves none out."""
    return [
        template
        for template in templates
        if (gate is None or _asks_gate(template, gate)) and (not tier or _asks_tier(template, tier))
    ]


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


def changes_from_published(key: str, drafts: Iterable[ItemDraft]) -> list[ItemChange]:
    """What a list that is not kept yet would change of the version published last; nothing where there is none."""
    last = ChecklistTemplate.objects.filter(key=key, published_at__isnull=False).order_by("-version").first()
    return changes_between(_drafts(last), drafts) if last is not None else []


def table_of(template: ChecklistTemplate) -> SheetTable:
    """The list as a spreadsheet: as it came, or in the standard columns where it came from no file."""
    items = list(template.items.order_by("position"))
    if template.columns:
        return SheetTable(tuple(template.columns), tuple(tuple(item.cells) for item in items))
    return SheetTable(STANDARD_COLUMNS, tuple(_standard_cells(item) for item in items))


class PublishedLists:
    """Every list ever published, read once: two queries, one where there are none."""

    def __init__(self) -> None:
        self._versions: dict[str, list[ChecklistTemplate]] = defaultdict(list)
        self._known: dict[int, list[ExtraItem]] = {}
        items = ChecklistTemplateItem.objects.defer("cells").order_by("position")
        published = ChecklistTemplate.objects.filter(published_at__isnull=False)
        for template in published.prefetch_related(Prefetch("items", items)).order_by("key", "version"):
            self._versions[template.key].append(template)

    def asked(self, *, at: datetime, gate: int, tier: str) -> list[ExtraItem]:
        """The items that were in force at a moment for this gate and tier."""
        return [extra for extra in self.in_force(at) if applies_to(extra.template, gate=gate, tier=tier)]

    def in_force(self, at: datetime) -> list[ExtraItem]:
        """The items of every list that was in force at a moment, each list in natural order."""
        return [extra for versions in self._versions.values() for extra in self._of_list(versions, at)]

    def _of_list(self, versions: list[ChecklistTemplate], at: datetime) -> list[ExtraItem]:
        standing = [version for version in versions if _stands(version, at)]
        if not standing:
            return []
        latest = standing[-1]
        if latest.pk not in self._known:
            self._known[latest.pk] = _items_in_order(latest, versions)
        return self._known[latest.pk]


def extras_in_force(*, now: datetime) -> list[ExtraItem]:
    """The items of every list in force."""
    return PublishedLists().in_force(now)


def applies_to(template: ChecklistTemplate, *, gate: int, tier: str) -> bool:
    """Whether the list is asked at this gate for this tier; what was not assessed counts as high."""
    return _asks_gate(template, gate) and _asks_tier(template, tier)


def _asks_gate(template: ChecklistTemplate, gate: int) -> bool:
    return not template.gates or gate in template.gates


def _asks_tier(template: ChecklistTemplate, tier: str) -> bool:
    counted = Tier.HIGH if tier == Tier.UNASSESSED else tier
    return not template.tiers or counted in template.tiers


def _stands(version: ChecklistTemplate, at: datetime) -> bool:
    is_published = version.published_at is not None and version.published_at <= at
    return is_published and (version.retired_at is None or version.retired_at > at)


def _items_in_order(latest: ChecklistTemplate, versions: Iterable[ChecklistTemplate]) -> list[ExtraItem]:
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
