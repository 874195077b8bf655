"""Links in mails that say who somebody is without signing in, for one purpose each; they reveal no address."""

import base64
import re

from django.utils.crypto import constant_time_compare, salted_hmac

SETTINGS = "settings"
TOKEN = re.compile(r"([0-9a-f]{1,15})-([a-z2-7]{26})")


def token(purpose, user_id):
    return f"{user_id:x}-{_mac(purpose, user_id)}"


def read_token(purpose, text):
    """The id of the person of a token that we made for `purpose`, else None."""
    found = TOKEN.fullmatch(text.lower())
    if not found:
        return None
    user_id = int(found[1], 16)
    return user_id if constant_time_compare(found[2], _mac(purpose, user_id)) else None


def _mac(purpose, user_id):
    """130 bits that only we can make, in letters that a mail server may turn into small ones."""
    digest = salted_hmac(f"notifications.{purpose}", str(user_id), algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:26]
