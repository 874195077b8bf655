"""An actor's way: what each step needs, changes, writes down and mails."""

from itertools import product
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import translation

from accounts.models import AuditEntry
from actors import actions
from actors.models import Actor, ActorStatus
from notifications.models import Email
from notifications.rendering import render
from tests.factories import make_actor, make_curator, make_user

pytestmark = pytest.mark.django_db
TEXT = {
    "publish": {"message": "Welcome!"},
    "restore": {"message": "Welcome!"},
    "return_for_changes": {"reason": "Say what you offer."},
    "archive": {"reason": "Closed down."},
}
# Written by hand and not read from the code: the rule itself.
ALLOWED = {
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "publish"): "published",
    ("submitted", "return_for_changes"): "returned",
    ("draft", "archive"): "archived",
    ("submitted", "archive"): "archived",
    ("published", "archive"): "archived",
    ("returned", "archive"): "archived",
    ("archived", "restore"): "published",
}


@pytest.mark.parametrize(("status", "step"), [*product(ActorStatus.values, actions.STEPS)])
def test_a_step_is_possible_from_its_states_only(status, step):
    actor, curator = make_actor(status=status), make_curator()

    if (status, step) in ALLOWED:
        getattr(actions, step)(actor, by=curator, **TEXT.get(step, {}))
    else:
        with pytest.raises(ValidationError) as refused:
            getattr(actions, step)(actor, by=curator, **TEXT.get(step, {}))
        assert refused.value.code == "state"

    assert Actor.objects.get().status == ALLOWED.get((status, step), status)
    assert AuditEntry.objects.count() == ((status, step) in ALLOWED)


@pytest.mark.parametrize("step", actions.STEPS)
def test_only_representatives_submit_and_only_curators_decide(step):
    status = actions.STEPS[step].sources[0]
    owner, stranger = make_user(), make_user(is_staff=True)
    actor = make_actor(status=status, representatives=[owner])

    with pytest.raises(PermissionDenied):
        getattr(actions, step)(actor, by=stranger, **TEXT.get(step, {}))
    if step in {"submit", "withdraw"}:
        getattr(actions, step)(actor, by=owner)
    else:
        with pytest.raises(PermissionDenied):
            getattr(actions, step)(actor, by=owner, **TEXT.get(step, {}))


def test_publishing_writes_state_log_and_one_mail_in_each_representatives_language():
    eva, adam, gone = make_user(language="sv"), make_user(language="en"), make_user(is_active=False)
    actor = make_actor("Mast AB", status="submitted", representatives=[eva, adam, gone])
    curator, before = make_curator(), actor.version

    actions.publish(actor, by=curator, message="Welcome aboard!")

    assert (actor.status, actor.status_reason, actor.version) == ("published", "", before + 1)
    assert actor.published_at is not None
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.verb, entry.target_id, entry.reason) == (
        curator,
        "actor.publish",
        str(actor.pk),
        "Welcome aboard!",
    )
    mails = Email.objects.order_by("to")
    assert {(m.to, m.language, m.template) for m in mails} == {
        (eva.email, "sv", "actor_published"),
        (adam.email, "en", "actor_published"),
    }
    english = render(mails.get(to=adam.email))
    assert english.subject == "Mast AB is now public"
    assert "Welcome aboard!" in english.text
    assert "Welcome aboard!" in english.html


def test_a_reason_is_needed_kept_and_mailed():
    eva = make_user(language="en")
    actor = make_actor("Mast AB", status="submitted", representatives=[eva])
    curator = make_curator()

    with pytest.raises(ValidationError) as refused:
        actions.return_for_changes(actor, by=curator, reason="  ")
    assert refused.value.code == "reason"
    assert not Email.objects.exists()

    actions.return_for_changes(actor, by=curator, reason="Say what you offer.")

    assert (actor.status, actor.status_reason) == ("returned", "Say what you offer.")
    mail = render(Email.objects.get())
    assert "Say what you offer." in mail.text
    assert mail.subject == "Mast AB: something to change before we publish"


def test_what_somebody_typed_is_not_html_in_the_mail():
    actor = make_actor("<b>Mast</b>", status="submitted", representatives=[make_user()])

    actions.return_for_changes(actor, by=make_curator(), reason='<a href="https://evil.example">x</a>')

    html = render(Email.objects.get()).html
    assert "<b>Mast</b>" not in html
    assert '<a href="https://evil.example">' not in html


def test_a_decision_on_an_older_version_is_refused():
    actor, curator = make_actor(status="submitted"), make_curator()
    seen = actor.version
    Actor.objects.filter(pk=actor.pk).update(name="New name")

    with pytest.raises(actions.Changed) as refused:
        actions.publish(actor, by=curator, version=seen)

    assert refused.value.current.name == "New name"
    assert Actor.objects.get().status == "submitted"


def test_publishing_what_was_withdrawn_says_so():
    translation.activate("en")
    eva, curator = make_user(), make_curator()
    actor = make_actor("Mast AB", status="submitted", representatives=[eva])
    seen = actor.version
    actions.withdraw(actor, by=eva)

    with translation.override("en"), pytest.raises(ValidationError) as refused:
        actions.publish(actor, by=curator, version=seen)

    assert refused.value.messages == [
        "“Mast AB” was withdrawn by the applicant. Nothing was changed and no mail was sent."
    ]


def test_every_save_counts_as_a_version_but_tags_named_anew_do_not():
    actor = make_actor()
    actor.save()
    Actor.objects.update(name="Bulk")
    assert Actor.objects.get().version == 3

    Actor.objects.update(labels="x")
    assert Actor.objects.get().version == 3


def test_each_column_that_can_be_written_counts():
    computed = {"id", "version", "labels", "facets", "name_sort"}
    from actors.models.actor import WRITTEN

    assert set(WRITTEN) == {field.column for field in Actor._meta.concrete_fields} - computed


def test_a_restored_actor_keeps_its_first_day_in_the_register():
    actor, curator = make_actor(), make_curator()
    first = actor.published_at

    actions.archive(actor, by=curator, reason="A mistake.")
    actions.restore(actor, by=curator)

    assert (actor.status, actor.published_at) == ("published", first)


@pytest.mark.django_db(transaction=True)
def test_two_curators_publish_at_once_and_one_mail_goes_out():
    actor = make_actor(status="submitted", representatives=[make_user()])
    curators, start, refused = [make_curator(), make_curator()], Barrier(2), []

    def publish(curator):
        row = Actor.objects.get(pk=actor.pk)
        start.wait()
        try:
            actions.publish(row, by=curator, version=row.version)
        except ValidationError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=publish, args=[curator]) for curator in curators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["state"]
    assert (Email.objects.count(), AuditEntry.objects.count()) == (1, 1)
