"""An inventory brought in through the browser, and files that are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# Thousands of rows are read, checked and written by a worker that shares two cores with the rest of the suite.
WORK_MS = 180_000
MIB = 1024 * 1024


def upload(page: Page, file: Path) -> None:
    """Choose the file and have it checked."""
    page.goto("/imports/")
    page.get_by_label("Inventory file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()


def checked(page: Page) -> Locator:
    """What the dry run says would happen, once the worker is through; the page follows by itself."""
    card = page.locator(".card-box").filter(has=page.get_by_role("heading", name="What would happen"))
    expect(card).to_be_visible(timeout=WORK_MS)
    return card


def apply(page: Page) -> Locator:
    """Write all rows; what was written, once the worker is through."""
    page.get_by_role("button", name="Import all rows").click()
    result = page.locator(".notice").filter(has_text="cases created")
    expect(result).to_be_visible(timeout=WORK_MS)
    return result


def figures(card: Locator) -> dict[str, str]:
    """The large figures of the dry run by their labels, such as create and unchanged."""
    boxes = card.locator(".figure-box").all()
    return {box.locator("dt").inner_text(): box.locator("dd").inner_text() for box in boxes}


def counts(card: Locator) -> dict[str, str]:
    """Cases by stage and by tier."""
    lines = card.locator(".count-grid li").all_inner_texts()
    return {label.strip(): number for number, _, label in (re.sub(r"\s+", " ", line).partition(" ") for line in lines)}


def write_png(file: Path) -> None:
    """A picture under the name of a table."""
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00")


def write_empty(file: Path) -> None:
    """Nothing at all."""
    file.write_bytes(b"")


def write_nul_bytes(file: Path) -> None:
    """A table with bytes in it that no text has."""
    file.write_bytes(b"Title,Department,Stage\nSort claims,Motor\x00\x00\x00,Pilot\n" * 3)


def write_cut(file: Path) -> None:
    """A table cut inside a quoted cell."""
    rows = "".join(f'"Sort claims {row}","Motor","Pilot"\n' for row in range(20))
    file.write_text(f'Use case name,Department,Stage\n{rows}"Read invoices","Fin', encoding="utf-8")


def write_large(file: Path) -> None:
    """More than is taken."""
    with file.open("wb") as out:
        out.write(b"Use case name,Department,Stage\n")
        out.writelines(b"Sort claims,Motor,Pilot\n" * 43_690 for _ in range(70))


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a picture": (write_png, "picture"),
    "empty": (write_empty, "empty"),
    "NUL bytes": (write_nul_bytes, "A NUL byte stands at byte 40, line 2"),
    "cut": (write_cut, "ends in the middle of the record that begins on line 22"),
    "70 MiB": (write_large, "64 MiB"),
}


def stream_upload(url: str, cookies: dict[str, str], mebibytes: int) -> tuple[int, str]:
    """Send a file of any size as a browser would, without ever holding it; status and page."""
    head = (
        f'--border\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{cookies["pocgate_csrf"]}\r\n'
        '--border\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\n'
        "Content-Type: text/csv\r\n\r\nUse case name,Department,Stage\n"
    ).encode()
    end = b"\r\n--border--\r\n"
    block = b"Sort claims,Motor,Pilot\n".ljust(MIB, b"x")
    host, _, port = url.removeprefix("http://").partition(":")
    with closing(HTTPConnection(host, int(port), timeout=120)) as connection:
        connection.putrequest("POST", "/imports/")
        connection.putheader("Content-Type", "multipart/form-data; boundary=border")
        connection.putheader("Content-Length", str(len(head) + mebibytes * MIB + len(end)))
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
        connection.endheaders(head)
        for _ in range(mebibytes):
            connection.send(block)
        connection.send(end)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
