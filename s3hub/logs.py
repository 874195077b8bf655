"""Log lines, for people and for a collector, without what stands in the database."""

import json
import logging
import re
from datetime import UTC, datetime

# PostgreSQL quotes the row that it refused, with names, addresses and numbers; its text may have several lines.
QUOTED = re.compile(r"^DETAIL: .*?(?=^The above exception|^During handling|\Z)", re.MULTILINE | re.DOTALL)
# Addresses of invitations, of meetings and of "no more mails" are keys. `accounts.models.link_token` makes 32
# characters, `notifications.tokens.token` some numbers and 26: wherever an address stands, whatever follows it.
TOKEN = re.compile(r"(?:(?<![\w-])|(?<=%2F))(?:[\w-]{32}|(?:[0-9a-f]{1,15}-){1,4}[a-z2-7]{26})(?![\w-])", re.ASCII)


def without_tokens(text):
    return TOKEN.sub("…", text)


def by_its_shape(text, record):
    """`text` with the pattern of the address in place of the address: a name may stand in it, of a closed room too."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    return text.replace(request.path, f"/{match.route}") if match else text


class Lines(logging.Formatter):
    """Lines without names and keys of addresses; tracebacks tell which rule of the database was broken, not by which
    values."""

    def formatMessage(self, record):
        return without_tokens(by_its_shape(super().formatMessage(record), record))

    def formatException(self, ei):
        return without_tokens(QUOTED.sub("DETAIL: left out\n\n", super().formatException(ei)).rstrip())


class JsonLines(Lines):
    """One JSON object a line: at (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_tokens(by_its_shape(record.getMessage(), record)),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
