"""Inventories through the browser: upload, mapping, dry run, apply by the real worker; and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import importing
from tests.e2e.journeys.conftest import SignIn
from tests.installation import Installation

# One installation for all of them: they stay together on one test process.
pytestmark = pytest.mark.xdist_group("journey_import")

CASES = "SELECT count(*) FROM portfolio_usecase"
STAGED = "SELECT count(*) FROM portfolio_importrow"
WORKSHOP = """\
Bezeichnung;Abteilung;Stand;Wofür gut
Belege sortieren;Buchhaltung;Bastelphase;Spart zwei Tage im Monat
Anrufe zusammenfassen;Kundendienst;Pilot;Weniger Nacharbeit
Verträge vergleichen;Recht;Produktion;Keine Frist mehr versäumt
"""


def test_small_inventory_is_corrected_applied_and_its_mapping_kept(
    installation: Installation, people: SignIn, tmp_path: Path
) -> None:
    page = people("admin").page
    file = tmp_path / "werkstatt.csv"
    file.write_text(WORKSHOP, encoding="cp1252")
    before = installation.query(CASES)

    importing.upload(page, file)
    importing.checked(page)
    assert installation.query(CASES) == before
    _correct(page, column="Wofür gut", field="Expected benefit", word="Bastelphase", stage="1 · Prototype")
    card = importing.checked(page)
    assert importing.figures(card)["create"] == "3"
    assert importing.counts(card)["Prototype"] == "1"
    expect(importing.apply(page)).to_contain_text("3 cases created")

    page.goto("/portfolio/?q=Belege")
    page.get_by_role("link", name="Belege sortieren").click()
    expect(page.locator(".track-legend")).to_contain_text("Prototype")
    expect(page.get_by_role("main")).to_contain_text("Spart zwei Tage im Monat")
    _same_headers_need_no_work(page, tmp_path)


@pytest.mark.parametrize("kind", list(importing.BROKEN))
def test_file_that_is_no_inventory_is_refused_whole(
    kind: str, installation: Installation, people: SignIn, tmp_path: Path
) -> None:
    page = people("admin").page
    write, said = importing.BROKEN[kind]
    file = tmp_path / "inventory.csv"
    write(file)
    before = (installation.query(CASES), installation.query(STAGED))

    importing.upload(page, file)

    refusal = page.locator(".notice.tone-stop, .invalid-feedback").filter(has_text=said)
    expect(refusal.first).to_be_visible(timeout=importing.WORK_MS)
    expect(page.get_by_role("button", name="Import all rows")).to_have_count(0)
    assert (installation.query(CASES), installation.query(STAGED)) == before


def test_file_of_200_mib_is_refused_with_its_limit(installation: Installation, people: SignIn) -> None:
    visitor = people("admin")
    visitor.visit("/imports/")
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}

    status, page = importing.stream_upload(installation.url, cookies, 200)

    assert status == 422
    assert "larger than 64 MiB" in page
    visitor.visit("/imports/")


def test_published_inventory_stands_in_the_table_and_changes_nothing_again(
    installation: Installation, people: SignIn, shared_data: Path
) -> None:
    page = people("owner").page
    file = shared_data / "us-federal-2024" / "inventory-2024-v2.csv"
    before = installation.query(CASES)[0][0]

    importing.upload(page, file)
    card = importing.checked(page)
    assert importing.figures(card)["create"] == "2,133"
    expect(card).to_contain_text("2,133 rows in 41 departments")
    stages = {"Discovery & planning": "399", "Prototype": "404", "Pilot": "287", "Production": "892"}
    ended = {"retired": "142", "closed": "5", "stage not known": "4", "tier high": "351"}
    assert stages.items() | ended.items() <= importing.counts(card).items()
    expect(importing.apply(page)).to_contain_text("2,133 cases created, 0 updated")
    assert installation.query(CASES)[0][0] == before + 2133

    importing.upload(page, file)
    again = importing.figures(importing.checked(page))
    assert (again["create"], again["update"], again["unchanged"]) == ("0", "0", "2,133")
    people("auditor").visit("/portfolio/")
    expect(people("auditor").page.locator("#count")).to_have_text(f"{before + 2133:,} cases")


def _correct(page: Page, *, column: str, field: str, word: str, stage: str) -> None:
    """Say what a column and a word mean, and keep it under a name."""
    others = page.locator("#mapping details summary")
    if not page.get_by_label(column, exact=True).is_visible():
        others.click()
    page.get_by_label(column, exact=True).select_option(label=field)
    page.get_by_label(word, exact=True).select_option(label=stage)
    page.get_by_label("Save this mapping as").fill("Werkstatt")
    page.get_by_role("button", name="Confirm columns and words, and check again").click()
    expect(page.get_by_role("status").filter(has_text="Werkstatt")).to_be_visible()


def _same_headers_need_no_work(page: Page, folder: Path) -> None:
    """The next file of that kind is read by the saved mapping, in another encoding and with one row more."""
    file = folder / "werkstatt-neu.csv"
    file.write_text(WORKSHOP + "Post vorlesen;Kundendienst;Bastelphase;Niemand wartet\n", encoding="utf-8")
    importing.upload(page, file)
    found = importing.figures(importing.checked(page))
    assert (found["create"], found["unchanged"]) == ("1", "3")
    expect(page.get_by_role("main")).to_contain_text("Werkstatt")
    expect(page.get_by_label("I have looked at them")).to_have_count(0)
