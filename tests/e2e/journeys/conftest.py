"""The real thing in a folder of its own, on SQLite or on PostgreSQL with Redis as the suite is, and a browser to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.journeys.organisation import PASSWORD, lay_organisation
from tests.e2e.journeys.visitor import DESKTOP, PATIENCE_MS, Visitor
from tests.installation import Installation, surroundings

SignIn = Callable[..., Visitor]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Web server, worker and beat under their supervisor, with the company laid into it and no demonstration."""
    with _running(tmp_path_factory, demo=False) as found:
        lay_organisation(found)
        yield found


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """What `make run` shows a newcomer: the demonstration organisation and one sign-in per persona."""
    with _running(tmp_path_factory, demo=True) as found:
        yield found


@contextmanager
def _running(folders: pytest.TempPathFactory, *, demo: bool) -> Iterator[Installation]:
    with surroundings() as variables:
        running = Installation(folders.mktemp("installation") / "var", variables=variables)
        try:
            running.start(demo=demo)
            yield running
        finally:
            running.stop()


@pytest.fixture
def people(installation: Installation, browser: Browser) -> Iterator[SignIn]:
    """Sign somebody in: `people("owner")`, each in a session of their own that lasts until the test ends."""
    expect.set_options(timeout=PATIENCE_MS)
    sessions: dict[str, Visitor] = {}

    def signed_in(name: str, *, size: tuple[int, int] = DESKTOP) -> Visitor:
        if name not in sessions:
            sessions[name] = Visitor(browser, installation.url, size=size).sign_in(name, PASSWORD)
        return sessions[name]

    yield signed_in
    end_sessions(sessions)


@pytest.fixture
def personas(demonstration: Installation, browser: Browser) -> Iterator[SignIn]:
    """Sign a persona of the demonstration in, by the one click on the sign-in page."""
    expect.set_options(timeout=PATIENCE_MS)
    sessions: dict[str, Visitor] = {}

    def signed_in(name: str, *, size: tuple[int, int] = DESKTOP) -> Visitor:
        if name not in sessions:
            sessions[name] = Visitor(browser, demonstration.url, size=size).sign_in_by_click(name)
        return sessions[name]

    yield signed_in
    end_sessions(sessions)


def end_sessions(sessions: dict[str, Visitor]) -> None:
    """Close them. It fails the test when a page had an error or broke its own security policy."""
    problems = [f"{name}: {problem}" for name, visitor in sessions.items() for problem in visitor.problems]
    for visitor in sessions.values():
        visitor.context.close()
    assert problems == []
