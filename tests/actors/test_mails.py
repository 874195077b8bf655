"""The mails of registration and claim say what happened and what to do, in both languages, text and HTML."""

import pytest

from actors.actions import registration
from actors.models import ActorStatus
from notifications.models import Email
from notifications.rendering import render
from tests.actors.journeys import register
from tests.factories import make_actor, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_mail_renders(client, language):
    register(client)
    owner, asker = make_user(language=language), make_user(name="Bo <b>Bok</b>")
    registration.claim_actor(make_actor("A & B", representatives=[owner]), by=asker, language=language)
    draft = make_actor("A & B", status=ActorStatus.SUBMITTED, submitted_at=owner.joined_at)
    registration.send_receipt(draft, to=owner, language=language)
    Email.objects.update(language=language)

    templates = set()
    for mail in Email.objects.all():
        made = render(mail)
        templates.add(mail.template)
        for value in mail.secret.values():
            assert value in made.text
            assert value in made.html
            assert value not in made.subject
        assert "&amp;" not in made.subject + made.text
        assert "<b>Bok" not in made.html

    assert templates == {"registration_code", "claim_received", "claim_asks_owner", "registration_received"}
