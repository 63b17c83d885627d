"""The formats of lists: JSON pages, and the whole list as NDJSON, CSV or XLSX in constant memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request

from pocgate.api.parameters import Parameter, choice
from pocgate.kernel.spreadsheets import csv_chunks, write_xlsx

MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_PER_CHUNK = 500


def format_parameter() -> Parameter:
    """Overrides `Accept`."""
    return choice("format", "The format; overrides Accept. All but json answer with the whole list.", MEDIA_TYPES)


def wanted_format(request: HttpRequest | Request, given: str | None) -> str:
    """A key of `MEDIA_TYPES`; raises `NotAcceptable` when the caller takes none of them."""
    if given is not None:
        return given
    http = request._request if isinstance(request, Request) else request  # noqa: SLF001 - documented by the framework
    preferred = http.get_preferred_type(list(MEDIA_TYPES.values()))
    for name, media_type in MEDIA_TYPES.items():
        if media_type == preferred:
            return name
    raise NotAcceptable


def ndjson_chunks(lines: Iterator[str]) -> Iterator[bytes]:
    """One JSON object per line, some hundred lines at a time."""
    while chunk := list(islice(lines, ROWS_PER_CHUNK)):
        yield ("\n".join(chunk) + "\n").encode()


def ndjson_answer(lines: Iterator[str], name: str) -> HttpResponseBase:
    """A stream of lines."""
    return _streamed(ndjson_chunks(lines), "ndjson", name)


def csv_answer(header: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponseBase:
    """A stream of CSV."""
    return _streamed(csv_chunks(header, rows), "csv", name)


def xlsx_answer(header: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponseBase:
    """A workbook, written to a temporary file that is gone once it was sent."""
    handle, path = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    try:
        write_xlsx(Path(path), name, header, rows)
        file = Path(path).open("rb")  # noqa: SIM115 - closed by the response
    finally:
        Path(path).unlink()
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA_TYPES["xlsx"])


def _streamed(chunks: Iterator[str] | Iterator[bytes], kind: str, name: str) -> HttpResponseBase:
    return StreamingHttpResponse(
        chunks,
        content_type=f"{MEDIA_TYPES[kind]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )
