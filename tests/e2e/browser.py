"""The Chromium of this machine, and a person's session in it that notices what went wrong on the way."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESKTOP, PHONE = (1280, 900), (390, 844)
# Two cores may run the rest of the suite meanwhile.
PATIENCE_MS = 30_000
# Refusals are part of a journey; the browser reports each of them as an error of its own.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def chromium_path() -> str | None:
    """Where a Chromium is: POCGATE_CHROMIUM, else on the path."""
    named = os.environ.get("POCGATE_CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, closed with everything in it; the test is skipped where there is none."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium is installed; POCGATE_CHROMIUM names one elsewhere")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One person's session: a page, and what was wrong on the pages they saw."""

    def __init__(self, browser: Browser, url: str, *, size: tuple[int, int] = DESKTOP) -> None:
        self.url = url
        self.problems: list[str] = []
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, base_url=url)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another tab of the same session, watched like the first."""
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._on_response)
        return page

    def sign_in(self, name: str, password: str) -> Visitor:
        """Through the page, with name and password."""
        self.page.goto("/sign-in/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)
        return self

    def visit(self, path: str) -> Page:
        """Go to an address; the page must be there."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self.page

    def close(self) -> None:
        """End the session. It fails the test when a page had an error or broke its own security policy."""
        self.context.close()
        assert self.problems == []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.search(message.text):
            self.problems.append(f"{message.location.get('url', '')}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.url}: answered {response.status}")


def picture(page: Page, folder: Path, name: str) -> None:
    """A picture of the whole page, for whoever looks into a failure."""
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
