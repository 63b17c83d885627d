"""A revision of evidence looked at beside what was signed: an excerpt, an image, or its particulars alone."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.stored_files import open_stored
from portfolio.models import EvidenceRevision, UseCase
from portfolio.rules.previews import (
    IMAGE,
    NONE,
    READ_BYTES,
    TEXT,
    Excerpt,
    Line,
    comparison,
    excerpt_of,
    kind_of,
    may_be_drawn,
    pixels_of,
)


@dataclass(frozen=True)
class Preview:
    """`kind`: text, image or none. `before` is the revision that was signed, `is_same` when its bytes are these.

    `lines` compare two texts; None where they can not be compared, empty where what was read of both is equal.
    """

    revision: EvidenceRevision
    kind: str
    excerpt: Excerpt | None = None
    pixels: tuple[int, int] | None = None
    before: EvidenceRevision | None = None
    lines: tuple[Line, ...] | None = None
    is_gone: bool = False

    @property
    def is_same(self) -> bool:
        """Whether nothing changed since the signed revision."""
        return self.before is not None and self.before.sha256 == self.revision.sha256


def revision_of(case: UseCase, revision_id: int) -> EvidenceRevision | None:
    """A revision of the case's evidence."""
    found = EvidenceRevision.objects.filter(evidence__case=case, pk=revision_id)
    return found.select_related("evidence", "uploaded_by").first()


def preview_of(revision: EvidenceRevision, *, since: int | None) -> Preview:
    """What can be shown of a revision, and what changed `since` the one of this number. At most one query."""
    before = None
    if since is not None and since < revision.number:
        rows = EvidenceRevision.objects.filter(evidence=revision.evidence_id, number=since)
        before = rows.select_related("uploaded_by").first()
    kind = kind_of(revision.content_type, revision.size or 0) if revision.file_name else NONE
    if kind == NONE:
        return Preview(revision, NONE, before=before)
    head = _head(revision)
    if head is None:
        return Preview(revision, NONE, before=before, is_gone=True)
    if kind == IMAGE:
        pixels = pixels_of(head)
        return Preview(revision, IMAGE if may_be_drawn(pixels) else NONE, pixels=pixels, before=before)
    excerpt = excerpt_of(head, is_whole=(revision.size or 0) <= READ_BYTES)
    return Preview(revision, TEXT, excerpt, before=before, lines=_compared(before, head))


def _compared(before: EvidenceRevision | None, head: bytes) -> tuple[Line, ...] | None:
    if before is None or not before.file_name or kind_of(before.content_type, before.size or 0) != TEXT:
        return None
    old = _head(before)
    return comparison(old, head) if old is not None else None


def _head(revision: EvidenceRevision) -> bytes | None:
    try:
        with open_stored(revision.sha256) as file:
            return bytes(file.read(READ_BYTES))
    except FileNotFoundError:
        return None
