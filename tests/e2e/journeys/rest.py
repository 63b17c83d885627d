"""A REST client with a token that somebody made in the browser."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from tests.e2e.journeys.registering import labelled


def make_token(page: Page, name: str, *scopes: str) -> str:
    """The text of a token, read from the only page that ever shows it."""
    page.goto("/tokens/")
    page.get_by_label(labelled("Name")).fill(name)
    for scope in scopes:
        page.get_by_label(scope, exact=True).check()
    page.get_by_role("button", name="Make the token").click()
    shown = page.locator(".token-text")
    expect(shown).to_have_text(re.compile(r"^pg_\w+_\w+$"))
    return shown.inner_text()


class Client:
    """Reads the API as a program does."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def get(self, path: str) -> Any:
        """The answer's JSON."""
        request = Request(f"{self.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def status_of(self, path: str) -> int:
        """The status of a GET, refused or not."""
        try:
            self.get(path)
        except HTTPError as refused:
            with refused:
                return refused.code
        return 200
