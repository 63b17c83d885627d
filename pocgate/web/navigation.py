"""What the navigation offers to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pocgate.identity.enums import Role
from pocgate.web.person import Standing

Word = str | Promise


@dataclass(frozen=True)
class Page:
    """A page of the navigation; without roles it is for everybody. `registers`: for those who may register a case."""

    name: str
    label: Word
    icon: str
    group: Word
    roles: frozenset[str] = frozenset()
    short: bool = False
    registers: bool = False


@dataclass(frozen=True)
class Item:
    """A page with its address, as the navigation shows it."""

    label: Word
    icon: str
    url: str
    is_current: bool
    count: int = 0
    is_inbox: bool = False


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    title: Word
    items: Sequence[Item]


WORK, GOVERN, KEEP = "", _("Governance"), _("Keeping")
DESK_ROLES = frozenset({Role.COMPLIANCE, Role.AUDITOR, Role.ADMIN})
PAGES = (
    Page("home", _("Home"), "house", WORK, short=True),
    Page("board", _("Board"), "kanban", WORK, short=True),
    Page("table", _("Portfolio"), "table-2", WORK, short=True),
    Page("findings", _("Findings"), "flag", WORK),
    Page("matrix", _("Matrix"), "crosshair", WORK),
    Page("portfolio:register", _("Register"), "circle-plus", WORK, short=True, registers=True),
    Page("notifications", _("Notifications"), "bell", WORK),
    Page("gates:desk", _("Compliance desk"), "shield-check", GOVERN, DESK_ROLES),
    Page("gates:meetings", _("Meetings"), "calendar", GOVERN),
    Page("gates:decisions", _("Decisions"), "stamp", GOVERN),
    Page("gates:health", _("Gate health"), "activity", GOVERN),
    Page("gates:committees", _("Committees"), "users", GOVERN),
    Page("scoring:playbook", _("Playbook"), "book-open", GOVERN),
    Page("portfolio:imports", _("Import"), "file-up", KEEP, frozenset({Role.PRODUCT_OWNER, Role.ADMIN})),
    Page("mail", _("Mail"), "mail", KEEP, frozenset({Role.ADMIN})),
    Page("tokens", _("API tokens"), "key-round", KEEP),
    Page("webhooks", _("Webhooks"), "webhook", KEEP, frozenset({Role.AUDITOR})),
    Page("administration", _("Administration"), "settings", KEEP, frozenset({Role.ADMIN})),
)


def pages_for(standing: Standing) -> Iterator[tuple[Page, str]]:
    """The pages a person is offered, with their addresses."""
    for page in PAGES:
        if page.name == "mail" and settings.SERVER_MODE:
            continue
        if page.roles and page.roles.isdisjoint(standing.roles):
            continue
        if page.registers and not standing.may_register:
            continue
        yield page, reverse(page.name)


def navigation(standing: Standing, *, path: str) -> list[Group]:
    """The side bar's groups, the entry nearest to `path` marked."""
    offered, unread = list(pages_for(standing)), standing.unread
    current = _current([url for _page, url in offered], path)
    groups: list[Group] = []
    for title in (WORK, GOVERN, KEEP):
        items = [_item(page, url, current, unread) for page, url in offered if page.group == title]
        if items:
            groups.append(Group(title, items))
    return groups


def short_navigation(standing: Standing, *, path: str) -> list[Item]:
    """The phone's bar."""
    offered = [(page, url) for page, url in pages_for(standing) if page.short]
    current = _current([url for _page, url in offered], path)
    return [_item(page, url, current, 0) for page, url in offered]


def _item(page: Page, url: str, current: str, unread: int) -> Item:
    is_inbox = page.name == "notifications"
    return Item(page.label, page.icon, url, url == current, unread if is_inbox else 0, is_inbox)


def _current(urls: list[str], path: str) -> str:
    """The longest address the path begins with; the home page only for itself."""
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=len, default="")
