"""Looking at a page as a test does: by axe, and whether it fits."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def problems_of(page: Page, address: str) -> list[str]:
    """What is wrong at an address: an error, violations of WCAG 2.2 AA that axe can find, and scrolling sideways."""
    answer = page.goto(address)
    page.locator("main").wait_for()
    results = Axe().run(page, options={"runOnly": list(RULES)})
    problems = [
        f"{address}: {violation['id']} {node['target']} {node.get('failureSummary', '')}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    if answer is None or answer.status >= 400:
        problems.append(f"{address}: answers {answer and answer.status}")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        problems.append(f"{address}: scrolls sideways")
    return problems
