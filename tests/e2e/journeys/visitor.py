"""A person's session in the browser, which notices what went wrong on the way."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, ConsoleMessage, Page, Response

DESKTOP, PHONE = (1280, 900), (390, 844)
# Two cores may run the rest of the suite meanwhile.
PATIENCE_MS = 30_000
# Refusals are part of a journey; the browser reports each of them as an error of its own.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


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

    def sign_in_by_click(self, name: str) -> Visitor:
        """As a persona of the demonstration."""
        self.page.goto("/sign-in/")
        self.page.locator(f"button[name=demo][value='{name}']").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)
        return self

    def visit(self, path: str) -> Page:
        """Go to an address; the page must be there."""
        # The gate room loads itself anew when its review moves on, and may do so at this very moment.
        response = self.page.goto(path) or self.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self.page

    def leave(self) -> None:
        """Close the page on the screen, which would ask the server for news every few seconds."""
        self.page.goto("about:blank")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.text.startswith("htmx:sendAbort"):
            # A page that is left ends what it was asking for; htmx says so twice, first as the end of any request.
            if self.problems and "htmx:afterRequest" in self.problems[-1]:
                self.problems.pop()
            return
        if message.type == "error" and not REFUSED.search(message.text):
            self.problems.append(f"{message.location.get('url', '')}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.url}: answered {response.status}")
