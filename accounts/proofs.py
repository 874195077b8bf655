"""Codes by mail: they prove that the person who typed an address reads its mail."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import EmailProof, Tally

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, no digits: nothing to mistake, no words (RFC 8628, section 6.1)
LENGTH = 8
LIFE = timedelta(minutes=30)
MAX_TRIES = 5
HOUR = timedelta(hours=1)
CODES_PER_ADDRESS, CODES_PER_CLIENT = 6, 30  # an hour
TRIES_PER_ADDRESS, TRIES_PER_CLIENT = 20, 60

TOO_MANY_CODES = _("Too many codes have been asked for. Wait an hour and try again; what you have typed is kept.")
TOO_MANY_TRIES = _("Too many tries. Wait an hour and ask for a new code; what you have typed is kept.")
WRONG_CODE = _("The code is not right. Check the letters in the mail, or ask for a new code.")
DEAD_CODE = _("The code no longer works. Ask for a new one.")


class TooMany(Exception):
    """A limit was reached; the message says what to do."""


class BadCode(Exception):
    """The code does not prove anything; the message says what to do."""


def may_ask_for_code(*, email, client):
    """Count one more code for the address and the client; False when either has had enough."""
    spend = Tally.objects.spend
    by_client = spend("code.client", client, limit=CODES_PER_CLIENT, per=HOUR)
    return by_client and spend("code.email", email, limit=CODES_PER_ADDRESS, per=HOUR)


def may_try_code(*, email, client):
    """Count one more try for the address and the client; False when either has had enough."""
    spend = Tally.objects.spend
    by_client = spend("try.client", client, limit=TRIES_PER_CLIENT, per=HOUR)
    return by_client and spend("try.email", email, limit=TRIES_PER_ADDRESS, per=HOUR)


def _hash(proof_id, code):
    return salted_hmac("accounts.EmailProof", f"{proof_id}:{code}", algorithm="sha256").hexdigest()


def plain(code):
    """The code as it was made: capitals, without the spaces and hyphens that people and mail programs add."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[:40]


def new_proof(*, email, purpose, client):
    """Make a proof for `email` and end the earlier ones; (proof, code as shown). Raises TooMany.

    The caller queues the mail: this layer knows no mail.
    """
    if not may_ask_for_code(email=email, client=client):
        raise TooMany(TOO_MANY_CODES)
    code = "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))
    now = timezone.now()
    proof = EmailProof(email=email, purpose=purpose, created_at=now, expires_at=now + LIFE)
    proof.code_hash = _hash(proof.pk, code)
    proof.save(force_insert=True)
    return proof, f"{code[:4]}-{code[4:]}"


def check_code(*, proof_id, purpose, code, client):
    """The proof, when `code` is its code; it is not used up yet. Raises BadCode or TooMany.

    Every call counts as a try before anything is compared, so that parallel guesses share one budget.
    """
    alive = EmailProof.objects.filter(pk=proof_id, purpose=purpose, used_at=None, expires_at__gt=timezone.now())
    proof = alive.first()
    if proof is None:
        raise BadCode(DEAD_CODE)
    if not may_try_code(email=proof.email, client=client):
        raise TooMany(TOO_MANY_TRIES)
    if not alive.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        raise BadCode(DEAD_CODE)
    if not constant_time_compare(proof.code_hash, _hash(proof.pk, plain(code))):
        raise BadCode(WRONG_CODE if proof.tries + 1 < MAX_TRIES else DEAD_CODE)
    return proof


def use_up(proof):
    """Spend a checked proof; must run in the transaction that acts on it. Raises BadCode when it is spent already."""
    assert transaction.get_connection().in_atomic_block  # noqa: S101 - a proof spent without its effect is lost
    if not EmailProof.objects.filter(pk=proof.pk, used_at=None).update(used_at=timezone.now()):
        raise BadCode(DEAD_CODE)
