"""A real browser against a live server; skipped with the reason where no Chromium is found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page

from pocgate.identity.models import User

# Playwright's loop runs in the test's thread, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = 1440, 390
MEANT = ("status of 4", "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a real browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session", autouse=True)
def _folder_for_static_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The live server starts before the settings of single tests hold, and looks for this folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), STORAGES=storages):
        yield


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """`POCGATE_CHROMIUM`, else a Chromium on the path."""
    found = os.environ.get("POCGATE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chromium found; name one in POCGATE_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], chromium_path: str) -> dict[str, Any]:
    """Start the machine's own Chromium, which calls nobody."""
    return {**browser_type_launch_args, "executable_path": chromium_path, "args": FLAGS}


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """`open_page(user, width=390, theme="dark")`: a page of its own, signed in by one click on a demonstration person.

    A console error or an uncaught exception on any page fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(user: User, *, width: int = DESKTOP, theme: str = "light") -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        User.objects.filter(pk=user.pk).update(is_demo=True)
        page.goto("/sign-in/")
        page.locator(f"button[name=demo][value='{user.username}']").click()
        page.locator("main").wait_for()
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(message: Any) -> bool:
    """Refusals and a connection taken away are meant to happen; broken scripts and a violated policy are not."""
    return message.type == "error" and not any(text in message.text for text in MEANT)
