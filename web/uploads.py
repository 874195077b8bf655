"""Taking files from a form: to disk, up to a limit that holds while reading, and only on pages that take files."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

MEGABYTE = 1024 * 1024


def takes_files(view):
    """Mark a view as one whose forms have files; the files of any other request are thrown away unread."""
    view.takes_files = True
    return view


class TooLarge(UploadedFile):
    """What stands in the place of a file that was larger than the limit: its name, and none of its bytes."""


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keep a file on disk while it is read, and forget it as soon as it is larger than the limit.

    The rest of the form is read on, so that nothing that was typed is lost. A request too large to wait for is refused
    as a whole before its first byte is kept.
    """

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > settings.UPLOAD_REQUEST_MEGABYTES * MEGABYTE:
            raise RequestDataTooBig("A form with more files than anybody waits for.")

    def new_file(self, *args, **kwargs):
        match = self.request.resolver_match if self.request else None
        if match is None or not getattr(match.func, "takes_files", False):
            raise SkipFile
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data, start):
        self.seen += len(raw_data)
        if self.seen <= settings.UPLOAD_MEGABYTES * MEGABYTE:
            self.file.write(raw_data)
        elif not self.file.closed:
            self.file.close()

    def file_complete(self, file_size):
        if self.file.closed:
            return TooLarge(None, self.file_name, self.content_type, file_size, self.charset)
        return super().file_complete(file_size)
