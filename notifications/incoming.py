"""A mail that comes in: who sent it, to whom, whether a person wrote it, and its words as plain text."""

import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser

from notifications.composing import sender_address
from web.text import clean_line, clean_text

MOST_BYTES = 5 * 1024 * 1024
MOST_TEXT = 200_000  # of one part: more than any answer, and what it quotes, holds
MOST_PARTS = 200
BULK = {"bulk", "junk", "auto_reply"}
SAYS_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
RECIPIENTS = ("Delivered-To", "X-Original-To", "To", "Cc")


class Unreadable(Exception):
    """This is no mail that anything could be done with."""


@dataclass(frozen=True)
class Incoming:
    """`text` is everything that stands in the mail, quotes and signature included; `sender` is "" unless it is one."""

    sender: str
    recipients: list
    message_id: str
    is_automatic: bool
    text: str
    attachments: int


def read(raw):
    """The mail in `raw` (bytes). Raises Unreadable."""
    if len(raw) > MOST_BYTES:
        raise Unreadable("too large")
    try:
        message = message_from_bytes(raw, policy=default)
        return _taken_from(message, raw)
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error  # the parser of the standard library stumbles over some


def _taken_from(message, raw):
    parts = _parts(message)
    return Incoming(
        sender=_only(_addresses(message, ["From"])),
        recipients=_addresses(message, RECIPIENTS),
        message_id=clean_line(_header(message, "Message-ID")) or hashlib.sha256(raw).hexdigest(),
        is_automatic=_is_automatic(message),
        text=_words(parts),
        attachments=sum(map(_is_attached, parts)),
    )


def _parts(message):
    found = []
    for part in message.walk():
        found.append(part)
        if len(found) > MOST_PARTS:
            raise Unreadable("too many parts")
    return found


def _header(message, name):
    return str(message.get(name) or "")


def _addresses(message, names):
    lines = [str(line) for name in names for line in message.get_all(name, [])]
    return [address.lower() for _name, address in getaddresses(lines) if "@" in address]


def _only(addresses):
    return addresses[0] if len(addresses) == 1 else ""


def _is_automatic(message):
    """Whether a machine answered (RFC 3834), or the mail is about a delivery, or our own came back."""
    said = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        said not in ("", "no")
        or _header(message, "Precedence").strip().lower() in BULK
        or any(message.get(name) for name in SAYS_AUTOMATIC)
        or _header(message, "Return-Path").strip() == "<>"
        or message.get_content_type() == "multipart/report"
        or sender_address().lower() in _addresses(message, ["From"])
    )


def _words(parts):
    """The first plain text that says something, else the first HTML as plain text."""
    for kind, as_text in (("text/plain", _plain), ("text/html", _from_html)):
        shown = [part for part in parts if part.get_content_type() == kind and not _is_attached(part)]
        texts = (clean_text(as_text(part)) for part in shown)
        if text := next(filter(None, texts), ""):
            return text
    return ""


def _is_attached(part):
    return part.get_content_disposition() == "attachment"


def _decoded(part):
    payload = part.get_payload(decode=True) or b""
    try:
        text = payload.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = payload.decode("latin-1")
    return text[:MOST_TEXT]


def _plain(part):
    text = _decoded(part)
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return _unfolded(text, joins_with="" if str(part.get_param("delsp", "")).lower() == "yes" else " ")


def _unfolded(text, joins_with):
    """Lines of format=flowed (RFC 3676) that end in a space go on in the next."""
    lines, goes_on = [], False
    for line in text.splitlines():
        quoted = line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        if goes_on and not quoted:
            lines[-1] += line.rstrip(" ")
        else:
            lines.append(line.rstrip(" "))
        goes_on = line.endswith(" ") and line != "-- " and not quoted
        lines[-1] += joins_with if goes_on else ""
    return "\n".join(lines)


def _from_html(part):
    reader = _Reader()
    reader.feed(_decoded(part))
    reader.close()
    return reader.text()


VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "embed", "param", "track"}
LEFT_OUT = {"blockquote", "head", "script", "style", "title", "template"}
QUOTES = {"gmail_quote", "gmail_quote_container", "gmail_signature", "moz-cite-prefix", "moz-signature", "yahoo_quoted"}
LINES = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "body"}
SPACED = {"p", "ul", "ol", "table", "pre"}


class _Reader(HTMLParser):
    """HTML as plain text, without what is quoted."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._lines, self._line = [], ""
        self._left_out = []  # the open elements since, and with, the one that is left out

    def handle_starttag(self, tag, attrs):
        if self._left_out:
            if tag not in VOID:
                self._left_out.append(tag)
        elif tag not in VOID and (tag in LEFT_OUT or self._is_quote(attrs)):
            self._left_out.append(tag)
        elif tag == "br":
            self._end_line()
        elif tag == "li":
            self._meet()
            self._line = "- "
        elif tag in LINES:
            self._meet(apart=tag in SPACED)

    @staticmethod
    def _is_quote(attrs):
        values = dict(attrs)
        return bool(QUOTES & set((values.get("class") or "").split()))

    def handle_endtag(self, tag):
        if tag in self._left_out:
            last = len(self._left_out) - 1 - self._left_out[::-1].index(tag)
            del self._left_out[last:]
        elif not self._left_out and tag in LINES | {"li"}:
            self._meet(apart=tag in SPACED)

    def handle_data(self, data):
        if not self._left_out:
            self._line += " ".join(f"|{data}|".split())[1:-1]

    def _end_line(self):
        self._lines.append(" ".join(self._line.split()))
        self._line = ""

    def _meet(self, *, apart=False):
        """A block begins or ends here: what stands in a line is one; paragraphs have an empty line between them."""
        if self._line.strip():
            self._end_line()
        if apart and self._lines and self._lines[-1]:
            self._end_line()

    def text(self):
        self._meet()
        return "\n".join(self._lines).strip()
