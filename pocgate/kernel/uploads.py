"""A file that is too large is refused by its size, before its bytes are kept."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class RefuseTooLargeUploadHandler(FileUploadHandler):
    """Stops reading once the request is larger than `MAX_UPLOAD_BYTES`; the view then finds no file."""

    received = 0

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # type: ignore[no-untyped-def]  # noqa: N803
        """The declared length alone is enough to refuse."""
        self._refuse_beyond(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to the next handler."""
        self.received += len(raw_data)
        self._refuse_beyond(self.received)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""

    def _refuse_beyond(self, size: int) -> None:
        # Room for the form's other parts beside the file.
        if size > settings.MAX_UPLOAD_BYTES + 1024 * 1024:
            if self.request is not None:
                self.request.upload_refused = True  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)
