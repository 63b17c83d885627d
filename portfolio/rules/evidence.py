"""Which files and links can be evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from pocgate.kernel.errors import FieldProblem
from portfolio.rules.numbers import short_text_problems

MAX_FILE_BYTES = 50 * 1024 * 1024
NAME_LENGTH, LINK_LENGTH, TITLE_LENGTH = 200, 2000, 300
SNIFFED_BYTES = 4096

_ZIP = (b"PK\x03\x04",)
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)


@dataclass(frozen=True)
class FileType:
    """A listed type: its media type, and the bytes it may begin with (none for text)."""

    media_type: str
    begins: tuple[bytes, ...] = ()


_WORD = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
FILE_TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": FileType("image/gif", (b"GIF87a", b"GIF89a")),
    "docx": FileType(f"{_WORD}wordprocessingml.document", _ZIP),
    "xlsx": FileType(f"{_WORD}spreadsheetml.sheet", _ZIP),
    "pptx": FileType(f"{_WORD}presentationml.presentation", _ZIP),
    "odt": FileType(f"{_OPEN}text", _ZIP),
    "ods": FileType(f"{_OPEN}spreadsheet", _ZIP),
    "odp": FileType(f"{_OPEN}presentation", _ZIP),
    "zip": FileType("application/zip", _ZIP),
    "doc": FileType("application/msword", _OLE),
    "xls": FileType("application/vnd.ms-excel", _OLE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLE),
    "msg": FileType("application/vnd.ms-outlook", _OLE),
    "txt": FileType("text/plain"),
    "md": FileType("text/markdown"),
    "csv": FileType("text/csv"),
    "log": FileType("text/plain"),
    "eml": FileType("message/rfc822"),
    "json": FileType("application/json"),
    "ipynb": FileType("application/x-ipynb+json"),
    "yaml": FileType("application/yaml"),
    "yml": FileType("application/yaml"),
}


def clean_file_name(name: str) -> str:
    """The last part of the name without control, direction and path characters, at most 200 characters long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*')
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        return kept[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(extension[:10]) - 1]}.{extension[:10]}"


def extension_of(name: str) -> str:
    """The lower-case extension without its dot, or empty."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def file_problems(name: str, size: int, head: bytes) -> list[FieldProblem]:
    """What is wrong with a file; `name` is the cleaned one, `head` its first bytes."""
    extension = extension_of(name)
    if not name or extension not in FILE_TYPES:
        params = {"extension": extension, "known": ", ".join(sorted(FILE_TYPES))}
        message = "Files of type “{extension}” are not taken. Taken are: {known}."
        return [FieldProblem("file", "type_not_listed", message, params)]
    if size == 0:
        return [FieldProblem("file", "empty_file", "The file is empty.")]
    if size > MAX_FILE_BYTES:
        return [size_problem()]
    if not _looks_like(FILE_TYPES[extension], head):
        message = "The content is not that of a .{extension} file; save it again or mend the name."
        return [FieldProblem("file", "content_differs", message, {"extension": extension})]
    return []


def size_problem() -> FieldProblem:
    """The refusal of a file above the limit."""
    params = {"limit": MAX_FILE_BYTES // 1024 // 1024}
    return FieldProblem("file", "too_large", "The file is larger than {limit} MiB; attach a link instead.", params)


def _looks_like(file_type: FileType, head: bytes) -> bool:
    if file_type.begins:
        return head.startswith(file_type.begins)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and not head.startswith((b"%PDF-", *_ZIP, *_OLE, b"MZ", b"\x7fELF"))


def link_problems(link: str) -> list[FieldProblem]:
    """What is wrong with a link; it is kept as text and never fetched."""
    problems = short_text_problems("link", link, LINK_LENGTH, required=True)
    if problems:
        return problems
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    spaced = any(char.isspace() or unicodedata.category(char)[0] == "C" for char in link)
    if parts.scheme.lower() not in ("http", "https") or not host or spaced:
        return [FieldProblem("link", "not_a_link", "Give an address that begins with https:// or http://.")]
    if parts.username or parts.password:
        return [FieldProblem("link", "link_with_password", "Remove the user name and password from the address.")]
    return []


def evidence_problems(title: str, valid_until: date | None, *, today: date) -> list[FieldProblem]:
    """What is wrong with a title and an expiry."""
    problems = short_text_problems("title", title, TITLE_LENGTH, required=True)
    if valid_until is not None and valid_until < today:
        message = "“Valid until” lies in the past; evidence that has expired shows nothing."
        problems.append(FieldProblem("valid_until", "expired", message))
    return problems
