"""The people of the demo, and what waits for them: told in the region's folder, made once, never overwritten."""

import base64
import hashlib
import hmac
import time
import tomllib
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from accounts.models import User
from actors.actions import registration, submit
from actors.models import Actor, Area, Municipality, Representative, RepresentativeRole, Theme

TOTP_PERIOD = 30  # seconds


class ForeignDatabase(Exception):
    """The database has people of its own: accounts with printed passwords do not belong there."""


def told(kind):
    """The rows of one kind in the region's `demo.toml`: person, waiting (sent for review) or claim."""
    path = Path(settings.REGION) / "demo.toml"
    return tomllib.loads(path.read_text()).get(kind, []) if path.exists() else []


def people():
    """Role (curator, company, member), name, email, and a company's actor."""
    return told("person")


def password_of(email):
    """A password that is the same at every start of this checkout, and different in every other."""
    letters = base64.b32encode(_derived(f"password {email}")).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8, 12))


def _derived(purpose):
    return hmac.digest(settings.SECRET_KEY.encode(), f"demo {purpose}".encode(), hashlib.sha256)


def refuse_foreign_database():
    """Raise ForeignDatabase when others live here and none of ours; asked before anything is written."""
    is_made = User._meta.db_table in connection.introspection.table_names()
    if is_made and not _known() and User.objects.exists():
        raise ForeignDatabase


def _known():
    emails = [person["email"] for person in people()]
    return set(User.objects.filter(email__in=emails).values_list("email", flat=True))


@transaction.atomic
def make_people():
    """Make the people that are missing, and with the first of them the work that waits for the curator."""
    known = _known()
    for person in people():
        if person["email"] not in known:
            _make(person)
    if not known:
        _make_work()


def _make_work():
    users = {user.email: user for user in User.objects.all()}
    for row in told("waiting"):
        _send_for_review(dict(row), by=users[row["by"]])
    for row in told("claim"):
        actor = Actor.objects.filter(slug=row["actor"]).first()
        if actor is not None:
            registration.claim_actor(actor, by=users[row["by"]], message=row["message"])


def _send_for_review(row, *, by):
    areas, themes = row.pop("areas", []), row.pop("themes", [])
    municipality = Municipality.objects.filter(code=row.pop("municipality", "")).first()
    del row["by"]
    actor = registration.register_actor(by=by, name=row.pop("name"), kind=row.pop("kind"))
    for name, value in {**row, "municipality": municipality}.items():
        setattr(actor, name, value)
    actor.save()
    actor.areas.set(Area.objects.filter(slug__in=areas))
    actor.themes.set(Theme.objects.filter(slug__in=themes))
    submit(actor, by=by)


def _make(person):
    email = person["email"]
    is_curator = person["role"] == "curator"
    user = User.objects.create_user(email, password_of(email), name=person["name"], is_staff=is_curator)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if is_curator:
        _make_curator(user)
    actor = Actor.objects.filter(slug=person.get("actor", "")).first()
    if actor is not None:
        Representative.objects.create(actor=actor, user=user, role=RepresentativeRole.OWNER)


def _make_curator(user):
    groups = Group.objects.filter(permissions__codename__in=["curate_actor", "change_method"]).distinct()
    user.groups.set(groups)
    if not groups:
        user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["accounts", "actors"]))
    TOTP.activate(user, base64.b32encode(_derived(f"second factor {user.email}")[:20]).decode())
    RecoveryCodes.activate(user)


def second_factor(user):
    """The secret for an authenticator app, or None."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return get_adapter().decrypt(found.data["secret"]) if found else None


def recovery_codes(user):
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(found).get_unused_codes() if found else []


def current_code(secret):
    """The six digits of now, and for how many seconds they are."""
    now = time.time()
    return format_hotp_value(hotp_value(secret, int(now // TOTP_PERIOD))), TOTP_PERIOD - int(now % TOTP_PERIOD)


def describe_people():
    """Lines that tell how to sign in as whom."""
    lines = []
    for person in people():
        user = User.objects.filter(email=person["email"]).first()
        if user is None:
            continue
        password = password_of(user.email)
        shown = password if user.check_password(password) else "(you changed the password)"
        lines.append(f"  {person['role']:<8} {user.email:<28} {shown}")
        lines.extend(_describe_second_factor(user))
    return lines


def _describe_second_factor(user):
    secret = second_factor(user)
    if secret is None:
        return []
    code, seconds = current_code(secret)
    indent = " " * 11
    return [
        f"{indent}second factor: {code} for {seconds} s, later: python3 manage.py demo_code",
        f"{indent}(authenticator app: {secret})",
        f"{indent}recovery codes: {' '.join(recovery_codes(user)[:3])} …",
    ]
