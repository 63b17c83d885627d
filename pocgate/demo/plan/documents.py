"""The documents that show a criterion to be met, written as YAML beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from pocgate.demo.plan.subjects import Subject

FILE = Path(__file__).resolve().parent / "documents.yaml"
MEDIA_TYPES = {"md": "text/markdown", "txt": "text/plain", "csv": "text/csv"}


@dataclass(frozen=True)
class Document:
    """A kind of document with the criteria it answers. `by` is the part on the team that writes it."""

    key: str
    title: str
    criteria: tuple[str, ...]
    by: str
    body: str
    form: str = "md"

    @property
    def media_type(self) -> str:
        """What a browser is told it is."""
        return MEDIA_TYPES[self.form]

    def file_name(self, number: int) -> str:
        """The name under which a revision is uploaded."""
        return f"{self.key.replace('_', '-')}-v{number}.{self.form}"


@cache
def documents() -> tuple[Document, ...]:
    """Every kind, in the order in which a case needs them."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Document(**{**entry, "criteria": tuple(entry["criteria"])}) for entry in entries)


def content(document: Document, subject: Subject, title: str, number: int, at: datetime | None) -> bytes:
    """The file's text; without a title it speaks of the subject, without a time it bears no date."""
    body = document.body.format(
        technology=subject.technology[0],
        unit=subject.unit,
        delivery=subject.delivery.replace("_", " "),
        tier=subject.tier,
        personal="yes" if subject.personal_data else "no",
        affects="yes" if subject.affects_people else "no",
        quality=subject.quality.name,
        slice=subject.slice,
        vendor=subject.vendor or "the vendor",
        users=subject.users,
        scope_out=subject.scope_out,
        process=subject.process,
    )
    if document.form == "csv":
        return f"{body}\n".encode()
    day = f", {at:%d %B %Y}" if at else ""
    return f"# {document.title}\n\n{title or subject.title}\nVersion {number}{day}\n\n{body}\n".encode()
