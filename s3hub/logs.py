"""Log lines, for people and for a collector, without what stands in the database."""

import json
import logging
import re
from datetime import UTC, datetime

# PostgreSQL quotes the row that it refused, with names, addresses and numbers; its text may have several lines.
QUOTED = re.compile(r"^DETAIL: .*?(?=^The above exception|^During handling|\Z)", re.MULTILINE | re.DOTALL)
# The address of an invitation or a link is a key: `accounts.models.link_token` makes 32 such characters.
TOKEN = re.compile(r"(?<=/)[\w-]{32}(?=/)", re.ASCII)


def without_tokens(text):
    return TOKEN.sub("…", text)


class Lines(logging.Formatter):
    """Lines without keys of links, whose tracebacks tell which rule of the database was broken, not by which values."""

    def formatMessage(self, record):
        return without_tokens(super().formatMessage(record))

    def formatException(self, ei):
        return without_tokens(QUOTED.sub("DETAIL: left out\n\n", super().formatException(ei)).rstrip())


class JsonLines(Lines):
    """One JSON object a line: at (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_tokens(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
