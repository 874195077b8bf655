"""Where the style sheets, scripts and pictures lie."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class KeptStatic(CompressedManifestStaticFilesStorage):
    """The address of a file is worked out once: each page names ten, and none changes while the program runs."""

    @cache  # noqa: B019 - there is one storage, and it lives as long as the program
    def url(self, name, force=False):
        return super().url(name, force)
