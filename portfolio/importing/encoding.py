"""Which encoding a text file has: mark, strict UTF-8, UTF-16 by its zeros, then a proposal."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from .refusal import Refused

CHOICES = ("utf-8", "utf-16", "cp1252", "cp1250", "iso-8859-15", "mac_roman", "cp850")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_SAMPLE = 1024 * 1024
# Signs that cp1252 puts inside a word only when the text is really Polish, Czech or Hungarian in cp1250.
_CENTRAL = re.compile(
    "[a-z][\u00b3\u00b9\u0153\u00ea\u00bf\u00e6\u0178][a-z]|[\u0161\u017e\u0160\u017d]|[\u00f5\u00fb\u00ec]"
)
_CENTRAL_SURE = re.compile("[a-z][\u00b3\u00b9\u00bf][a-z]|[a-z][\u0161\u017e]|[\u0161\u017e][a-z]")
# Mac curly quotes read as cp1252 become capitals behind small letters.
_MAC = re.compile("[a-z][\u00d5\u00d2\u00d3\u017d](?:[a-z ]|$)")


@dataclass(frozen=True)
class Encoding:
    """A proposal. ``confidence`` 0–1; 1 for a mark or strict UTF-8; ``alternatives`` decode as well.

    ``damage`` says where bytes stand that do not belong, "" where none do.
    """

    name: str
    confidence: float
    alternatives: tuple[str, ...] = ()
    damage: str = ""

    @property
    def errors(self) -> str:
        """How to open the file: a few wrong bytes in plain UTF-8 are replaced and told, never guessed."""
        return "replace" if self.damage else "strict"

    @property
    def codec(self) -> str:
        """The codec to open the file with; a byte order mark is swallowed."""
        return "utf-8-sig" if self.name == "utf-8" else self.name


def detect_encoding(data: bytes) -> Encoding:
    """The encoding of a whole file. Refused for NUL bytes, for binary, and for UTF-8 cut in a character."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            _check(data, Encoding(name, 1.0))
            return Encoding(name, 1.0)
    wide = _wide_without_mark(data)
    if wide:
        _check(data, wide)
        return wide
    _refuse_nul(data)
    if _is_utf8(data):
        return Encoding("utf-8", 1.0)
    return _damaged_utf8(data) or _propose(data)


def chosen_encoding(data: bytes, name: str) -> Encoding:
    """The encoding a person chose, checked against the bytes. Refused when it does not fit."""
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise Refused("unknown_encoding", {"encoding": name, "choices": ", ".join(CHOICES)}) from error
    chosen = Encoding("utf-8" if found in ("utf-8", "utf-8-sig") else found, 1.0)
    _check(data, chosen)
    return chosen


def _check(data: bytes, encoding: Encoding) -> None:
    try:
        text = data.decode(encoding.codec)
    except UnicodeDecodeError as error:
        _refuse_undecodable(data, encoding.name, error)
    except (LookupError, UnicodeError) as error:
        raise Refused("unknown_encoding", {"encoding": encoding.name, "choices": ", ".join(CHOICES)}) from error
    else:
        if "\x00" in text:
            before = text[: text.index("\x00")]
            _raise_nul(len(before.encode(encoding.name, "ignore")), before.count("\n") + 1)


def _refuse_undecodable(data: bytes, name: str, error: UnicodeDecodeError) -> None:
    line = data.count(b"\n", 0, error.start) + 1
    if (error.start >= len(data) - 4 and "end" in error.reason) or "truncated" in error.reason:
        raise Refused("truncated", {"what": "a character"}, f"line {line}") from error
    raise Refused(
        "wrong_encoding",
        {"encoding": name, "offset": error.start, "line": line, "choices": ", ".join(CHOICES)},
        f"line {line}",
    ) from error


def _wide_without_mark(data: bytes) -> Encoding | None:
    head = data[:4096]
    if len(head) < 8 or head.count(0) < len(head) * 0.2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # ASCII in UTF-16 leaves zeros on one side only; zeros on both sides are damage or binary.
    if odd > len(head) * 0.2 and even <= odd // 20:
        return Encoding("utf-16-le", 0.9)
    if even > len(head) * 0.2 and odd <= even // 20:
        return Encoding("utf-16-be", 0.9)
    return None


def _refuse_nul(data: bytes) -> None:
    offset = data.find(b"\x00")
    if offset < 0:
        return
    head = data[:4096]
    if sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) * 0.1:
        raise Refused("not_text", {"kind": "binary"}, f"byte {offset}")
    _raise_nul(offset, data.count(b"\n", 0, offset) + 1)


def _raise_nul(offset: int, line: int) -> None:
    raise Refused("nul_bytes", {"offset": offset, "line": line}, f"line {line}")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = "unexpected end" in error.reason and error.start >= len(data) - 4
        if cut and any(byte > 127 for byte in data[: error.start]):
            _refuse_undecodable(data, "utf-8", error)
        return False
    return True


def _damaged_utf8(data: bytes) -> Encoding | None:
    """UTF-8 with a few bytes of something else, as when files were pasted together."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(len(run) for run in _BEYOND_ASCII.findall(text)) - wrong
    if right < 5 * wrong:
        return None
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    return Encoding("utf-8", 0.6, damage=f"{wrong} wrong bytes, the first on line {line}")


def _propose(data: bytes) -> Encoding:
    sample = _high_lines(data)
    if sum(byte < 9 or 13 < byte < 32 for byte in sample) > len(sample) * 0.02:
        raise Refused("not_text", {"kind": "binary"}, "byte 0")
    western = sample.decode("cp1252", "replace")
    fits = [name for name in ("cp1252", "cp1250", "iso-8859-15", "mac_roman") if _decodes(data, name)]
    best, confidence = _vote(western, sample)
    if best not in fits:
        best, confidence = fits[0], 0.4
    return Encoding(best, confidence, tuple(name for name in fits if name != best))


def _vote(western: str, sample: bytes) -> tuple[str, float]:
    mac = len(_MAC.findall(western))
    if mac >= 2 and mac * 4 > len(re.findall("[^\x00-\x7f]", western)):
        return "mac_roman", 0.6
    if len(_CENTRAL_SURE.findall(western)) >= 2:
        return "cp1250", 0.7
    # The detector takes western text for cp1250 often enough that its word alone is not enough.
    if len(_CENTRAL.findall(western)) >= 3:
        guess = from_bytes(sample).best()
        if guess is not None and guess.encoding in ("cp1250", "iso8859_2"):
            return "cp1250", 0.6
    return "cp1252", 0.8


def _high_lines(data: bytes) -> bytes:
    """The lines with any byte above ASCII, up to a sample: only they tell code pages apart."""
    picked, size = [], 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            picked.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(picked)


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True
