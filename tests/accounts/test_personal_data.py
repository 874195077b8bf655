"""Every column that can hold a fact about a person has a class, and closing an account does what the class says."""

from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.urls import reverse
from django.utils import translation

from accounts.actions import close_account
from accounts.models import AuditEntry
from accounts.personal_data import CLASSES, COLUMNS, columns, kept_about_people
from actors.models import ActorEvent, Claim
from notifications.actions import queue_email
from tests.factories import make_actor, make_user

TELLING = (
    models.CharField,
    models.TextField,
    models.FileField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.UUIDField,
    ArrayField,
)
IDENTIFIERS = {"id", "pgh_context", "pgh_context_id"}


def is_telling(field):
    kind = field.output_field if isinstance(field, models.GeneratedField) else field
    return isinstance(kind, TELLING) and field.name not in IDENTIFIERS


def telling_columns():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if is_telling(field):
                yield model._meta.label_lower, field.name


def test_every_column_that_can_tell_of_a_person_is_classified_and_none_that_is_gone():
    found, classified = set(telling_columns()), set(columns())

    assert found - classified == set(), "classify these in accounts/personal_data.py"
    ours = {key for key in classified if key[0].split(".")[0] not in {"pghistory"}}
    assert ours - found == set()


def test_every_class_is_used_and_says_ground_time_and_erasure_when_it_is_personal():
    used = {name for classes in COLUMNS.values() for name in classes}
    assert used == set(CLASSES)
    assert all(each.ground and each.kept and each.erasure for each in kept_about_people())


def everything_in_the_database():
    """The text of every row of every table, by table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            yield table, cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_closed_account_leaves_neither_name_nor_address_in_any_table():
    eva = make_user("eva.ek.unusual@example.org", name="Eva Ek-Unusual")
    EmailAddress.objects.create(user=eva, email=eva.email, verified=True, primary=True)
    actor = make_actor("Ek & Co", representatives=[eva])
    Claim.objects.create(actor=make_actor(), user=eva, message="I work there")
    AuditEntry.objects.record(by=eva, verb="actor.submit", target=actor)
    AuditEntry.objects.record(by=None, verb="account.note", target=eva)
    context = {"name": eva.name, "actor": actor.name, "slug": actor.slug, "text": ""}
    for user in (eva, None):
        queue_email(to=eva.email, template="claim_approved", context=context, language="sv", key=f"k{user}", user=user)

    close_account(by=eva)

    left = [table for table, text in everything_in_the_database() if "unusual" in text.lower()]
    assert left == []
    assert ActorEvent.objects.filter(pgh_obj=actor).exists()
    assert AuditEntry.objects.filter(verb="actor.submit").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_privacy_page_shows_the_whole_register(client, language):
    with translation.override(language):
        text = unescape(client.get(reverse("privacy")).content.decode())
        shown = [
            str(part) for each in kept_about_people() for part in (each.label, each.ground, each.kept, each.erasure)
        ]

    assert len(shown) >= 32
    assert [part for part in shown if part not in text] == []


def test_the_register_says_how_long_a_session_lives():
    assert str(settings.SESSION_COOKIE_AGE // 86400) in str(CLASSES["session"].kept)
