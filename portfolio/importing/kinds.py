"""What kind of file it is, told by its first bytes and never by its name."""

from __future__ import annotations

from .refusal import Refused

MAX_BYTES = 64 * 1024 * 1024

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def check_size(size: int) -> None:
    """Refuse by size alone, before a byte is read. ``size`` in bytes."""
    if size > MAX_BYTES:
        raise Refused("too_large", {"size": size // (1024 * 1024), "limit": MAX_BYTES // (1024 * 1024)})
    if size == 0:
        raise Refused("empty_file")


def file_kind(head: bytes) -> str:
    """'workbook', 'json' or 'text' for the first few KiB of a file; Refused for anything else."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return "workbook"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise Refused("not_text", {"kind": kind}, "byte 0")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:16].lower().startswith(_MARKUP):
        raise Refused("not_text", {"kind": "a web page or XML"}, "byte 0")
    return "json" if _opens_json(head) else "text"


def _opens_json(head: bytes) -> bool:
    narrow = head.replace(b"\x00", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    return narrow.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"{", b"[") and not narrow.startswith(b"[blank]")
