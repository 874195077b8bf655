"""Where the browser of the browser tests is, and what is said when there is none."""

import os
import shutil

# The shell draws the same pages without a window around them, for a fifth less of the processors.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = (*SHELLS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW = "install Chromium (Debian: sudo apt install chromium-headless-shell) or set CHROMIUM to a browser's path"


def find_chromium():
    """The path of `$CHROMIUM`, or of a browser on the PATH, or None."""
    told = os.environ.get("CHROMIUM")
    if told:
        return shutil.which(told)
    return next(filter(None, map(shutil.which, NAMES)), None)


def must_not_skip():
    """In CI a browser test that is skipped is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
