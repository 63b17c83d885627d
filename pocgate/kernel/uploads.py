"""A file that is too large is refused by its size; what lies beyond the limit is read past, never kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

# Beyond this declared length the body is not read at all; the answer is then the bare refusal of an unproven form.
UNREAD_BYTES = 1024 * 1024 * 1024


class RefuseTooLargeUploadHandler(FileUploadHandler):
    """Drops the bytes beyond `MAX_UPLOAD_BYTES` and marks the request, so that the form can say why."""

    received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - the name Django passes
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> Any:
        """An absurd declared length ends the reading; the form's other fields are then gone as well."""
        if content_length > UNREAD_BYTES:
            self._mark()
            return QueryDict(""), MultiValueDict()
        return None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Each file of a form has the whole limit."""
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the chunk on, or drop it."""
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self._mark()
            return None
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""

    def _mark(self) -> None:
        if self.request is not None:
            self.request.upload_refused = True  # type: ignore[attr-defined]


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was longer than allowed; what is left of it must not be used."""
    return getattr(request, "upload_refused", False)
