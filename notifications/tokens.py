"""Links and addresses in mails that say who is meant without signing in, one purpose each; they reveal no address."""

import base64
import re

from django.utils.crypto import constant_time_compare, salted_hmac

SETTINGS = "notifications.settings"
TOKEN = re.compile(r"([0-9a-f]{1,15}(?:-[0-9a-f]{1,15})*)-([a-z2-7]{26})")


def token(purpose, *ids):
    return "-".join([*(f"{one:x}" for one in ids), _mac(purpose, ids)])


def read_token(purpose, text):
    """The ids, a tuple, of a token that we made for `purpose`; None for any other text."""
    found = TOKEN.fullmatch(text.lower())
    if not found:
        return None
    ids = tuple(int(one, 16) for one in found[1].split("-"))
    return ids if constant_time_compare(found[2], _mac(purpose, ids)) else None


def _mac(purpose, ids):
    """130 bits that only we can make, in letters that a mail server may turn into small ones."""
    digest = salted_hmac(purpose, ":".join(map(str, ids)), algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:26]
