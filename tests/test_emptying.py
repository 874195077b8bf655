"""What a test with real commits leaves to the next one: nothing."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import AuditEntry, User
from tests.emptying import empty_tables
from tests.factories import (
    make_actor,
    make_area,
    make_decision,
    make_document,
    make_space,
    make_task,
    make_theme,
    make_user,
    verified,
)

pytestmark = pytest.mark.django_db(transaction=True)


def filled():
    """{table: rows} of the tables in which there is something."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables))
        return {name: rows for name, rows in cursor.fetchall() if rows}


def test_it_leaves_what_the_flush_leaves():
    space = make_space(coordinator=verified(make_user()), members=[make_user()])
    actor = make_actor(areas=[make_area()], themes=[make_theme()], representatives=[make_user()])
    AuditEntry.objects.record(by=actor.representatives.get().user, verb="actor.publish", target=actor)
    make_document(space)
    make_decision(space)
    make_task(space)
    assert len(filled()) > 15

    empty_tables()

    left, known = filled(), {*Permission.objects.values_list("content_type", "codename")}
    call_command("flush", interactive=False, verbosity=0)
    ContentType.objects.clear_cache()
    assert left == filled() == {"auth_permission": len(known), "django_content_type": ContentType.objects.count()}


def test_it_waits_for_who_still_writes():
    begun, may_end = threading.Event(), threading.Event()

    def write_late():
        with transaction.atomic():
            make_user("late@example.org")
            begun.set()
            may_end.wait(5)
        connection.close()

    writer = threading.Thread(target=write_late)
    writer.start()
    begun.wait(5)
    threading.Timer(0.2, may_end.set).start()

    empty_tables()

    writer.join()
    assert not User.objects.exists()


def test_it_asks_no_trigger():
    make_user()
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'Never!'; END $$")
        cursor.execute("CREATE TRIGGER kept BEFORE DELETE ON accounts_user FOR EACH ROW EXECUTE FUNCTION refuse()")

    try:
        empty_tables()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse() CASCADE")

    assert not User.objects.exists()
