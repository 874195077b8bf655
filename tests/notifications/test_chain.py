"""The whole chain by real requests and a real mail server: register, code, submit, publish, mail, public page."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from actors.models import Actor, ActorStatus
from tests.actors.journeys import DETAILS, NUMBER
from tests.factories import make_user
from tests.staff import sign_in

EMAIL = DETAILS["email"]


def last_mail(sink):
    """The text of the newest mail that the server took, after everything due was sent."""
    call_command("send_due_mail", verbosity=0)
    assert sink.taken[-1].to == [EMAIL]
    return sink.taken[-1].message.get_body(("plain",)).get_content()


def code_in(text):
    return re.search(r"^\s*([A-Z0-9]{3,4}[- ]?[A-Z0-9]{3,4})\s*$", text, re.M)[1]


@pytest.mark.django_db(transaction=True)
def test_a_company_registers_itself_staff_publish_it_and_everybody_finds_it(sink):
    company, staff, reader = Client(), Client(), Client()
    sign_in(staff, make_user(is_staff=True, is_superuser=True))

    company.post(reverse("registration_start"), {"query": NUMBER, "new": "1"})
    company.post(reverse("registration_details"), DETAILS)
    company.post(reverse("registration_code"), {"code": code_in(last_mail(sink))})
    actor = Actor.objects.get(organisation_number=NUMBER.replace("-", ""))
    assert (actor.name, actor.status) == (DETAILS["name"], ActorStatus.DRAFT)
    assert reader.get(actor.get_absolute_url()).status_code == 404

    company.post(reverse("registration_preview", args=[actor.slug]))
    actor.refresh_from_db()
    assert actor.status == ActorStatus.SUBMITTED
    assert DETAILS["name"] in last_mail(sink)
    assert DETAILS["name"] in staff.get(reverse("admin:actors_actor_review", args=[actor.pk])).content.decode()

    decision = {"step": "publish", "version": actor.version, "text": "Welcome aboard."}
    staff.post(reverse("admin:actors_actor_review", args=[actor.pk]), decision)

    assert "Welcome aboard." in last_mail(sink)
    assert DETAILS["name"] in reader.get(actor.get_absolute_url()).content.decode()
    assert actor.get_absolute_url() in reader.get(reverse("actor_list"), {"q": "havsprov"}).content.decode()
    assert DETAILS["person"] not in reader.get(actor.get_absolute_url()).content.decode()
