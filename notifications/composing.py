"""From subject, text and HTML to the bytes that a mail server takes."""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation

from web import region

FOR_MACHINES = {"list-id", "list-unsubscribe", "references", "in-reply-to"}


class _Policy(EmailPolicy):
    """Leaves addresses for machines in one piece: the library would encode a long one, and nothing reads that."""

    def fold(self, name, value):
        return f"{name}: {value}{self.linesep}" if self._is_for_machines(name, value) else super().fold(name, value)

    def fold_binary(self, name, value):
        whole = self._is_for_machines(name, value)
        return self.fold(name, value).encode() if whole else super().fold_binary(name, value)

    @staticmethod
    def _is_for_machines(name, value):
        text = str(value)
        return name.lower() in FOR_MACHINES and text.isascii() and text.isprintable() and len(text) < 900


POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=76)
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,40}@[A-Za-z0-9.-]{1,30}", re.ASCII)  # what no header could misread
LOOKS = {"light": "@media not all", "dark": "@media all"}  # what stands in place of asking the browser
EMBLEM = "emblem"  # the Content-ID that `mail/base.html` names
LINE = b"\r\n"
ALWAYS = b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"


@cache
def emblem_png():
    """The flag of the European Union, 2:3, drawn from its construction sheet at twice the size it is shown."""
    return (Path(__file__).parent / "eu-emblem.png").read_bytes()


def compose(email, rendered):
    """The mail as bytes: text, HTML with the emblem beside it, and headers that no typed text can break.

    The standard library's policy guards the headers where typed text goes. The parts, whose shape is always the same,
    are put together by hand: building them as message objects took longer than sending them.
    """
    mark = email.message_id.strip("<>").split("@")[0]
    html = _text(rendered.html, "html")
    if f"cid:{EMBLEM}" in rendered.html:
        html = _many("related", f"=_r{mark}", [html, _emblem_part()])
    body = _many("alternative", f"=_a{mark}", [_text(rendered.text, "plain"), html])
    return b"".join([*_headers(email, rendered), ALWAYS, body])


def _headers(email, rendered):
    here = region.current()
    with translation.override(email.language):
        yield _fixed_header("From", _sender(settings.DEFAULT_FROM_EMAIL, str(here.site_name)))
    yield _header("To", ascii_address(email.to))
    yield _fixed_header("Subject", rendered.subject)
    for name, value in {"Reply-To": here.contact_email, **rendered.headers}.items():
        if value:
            yield (_fixed_header if name == "Reply-To" else _header)(name, value)
    ours = {
        "Date": format_datetime(timezone.localtime()),
        "Message-ID": email.message_id,
        "Content-Language": email.language,
    }
    yield "".join(f"{name}: {value}\r\n" for name, value in ours.items()).encode("ascii")


def _header(name, value):
    """One header, encoded and folded; ValueError for a value with line ends."""
    if name == "To" and PLAIN_ADDRESS.fullmatch(value):
        return f"To: {value}\r\n".encode("ascii")
    return POLICY.fold_binary(*POLICY.header_store_parse(name, value))


_fixed_header = lru_cache(maxsize=256)(_header)  # the same for many mails of one sending


def _text(content, subtype):
    lines = content.replace("\r\n", "\n").replace("\r", "\n").encode()
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + b2a_qp(lines, istext=True).replace(b"\n", LINE)


def _many(subtype, boundary, parts):
    """Parts in one. The boundary begins with "=_", which neither quoted-printable nor base64 can contain."""
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    edge = f"--{boundary}".encode("ascii")
    return head + b"".join(edge + LINE + part + LINE for part in parts) + edge + b"--" + LINE


@cache
def _emblem_part():
    head = (
        f"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{EMBLEM}>\r\n"
        'Content-Disposition: inline; filename="eu-emblem.png"\r\n\r\n'
    )
    return head.encode("ascii") + encodebytes(emblem_png()).replace(b"\n", LINE)


def as_page(html, look=""):
    """The HTML of a mail with the emblem inside, to be looked at in a browser; in a `look` of LOOKS, whatever the
    browser's own is."""
    if look:
        html = html.replace("@media (prefers-color-scheme:dark)", LOOKS[look]).replace("light dark", look)
    return html.replace(f"cid:{EMBLEM}", f"data:image/png;base64,{b64encode(emblem_png()).decode()}")


def ascii_address(address):
    """The address with a domain that every mail server understands (å in a domain becomes xn--…)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def sender_address():
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


@lru_cache(maxsize=32)
def _sender(address, site_name):
    """The sender for a header: the address of the settings, with the site's name when it has none of its own."""
    name, address = parseaddr(address)
    return str(Address(display_name=name or site_name, addr_spec=address))
