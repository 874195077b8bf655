"""The registrar takes out a whole space: complete, checkable, and noted."""

import hashlib
import io
import json
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from platforms.models import (
    Decision,
    DecisionAnswer,
    Document,
    DocumentVersion,
    Post,
    PostVersion,
    Presence,
    Task,
    Thread,
)
from tests.factories import make_actor, make_space, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def make_registrar():
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="registrars")[0])
    return user


def test_the_registrar_finds_the_way_from_my_page_and_from_the_administration():
    client, way = Client(), f'href="{reverse("registrar")}"'
    sign_in(client, make_registrar())
    ways = [way in client.get(reverse(name)).content.decode() for name in ("my_page", "admin:index")]
    sign_in(client, make_user(is_staff=True))
    others = [way in client.get(reverse(name)).content.decode() for name in ("my_page", "admin:index")]

    assert (ways, others) == ([True, True], [False, False])


@pytest.fixture
def space(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    eva = make_user("eva@example.org", name="Eva Ek")
    space = make_space("Levande vikar", coordinator=eva)
    thread = Thread.objects.create(space=space, number=1, title="Vem äger bojarna?", by=eva)
    post = Post.objects.create(thread=thread, number=1, by=eva, on_behalf_of=make_actor("Varvet"), body="Vi gör.")
    PostVersion.objects.create(post=post, version=1, body="Inte vi.", by=eva)
    Post.objects.create(thread=thread, number=2, by=eva, body="Borttaget", removed_at=timezone.now())
    document = Document.objects.create(space=space, number=1, title="Plan", by=eva, latest=1)
    version = DocumentVersion(document=document, number=1, name="plan.txt", content_type="text/plain", size=4, by=eva)
    version.sha256 = hashlib.sha256(b"Plan").hexdigest()
    version.file.save("x", ContentFile(b"Plan"))
    decision = Decision.objects.create(
        space=space, number=1, title="=Fem", state="decided", decided_on="2026-11-20", by=eva
    )
    DecisionAnswer.objects.create(decision=decision, user=eva, answer="yes", comment="Ja!")
    Presence.objects.create(decision=decision, user=eva, name="Eva Ek")
    Task.objects.create(space=space, number=1, title="Köp bojar", owner=eva)
    return space


def taken_out(client, space):
    answer = client.post(reverse("space_export", args=[space.slug]))
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_everything_is_in_the_file_and_its_checksums_are_right(space):
    archive = taken_out(sign_in(Client(), make_registrar()), space)
    manifest = json.loads(archive.read("manifest.json"))

    assert archive.testzip() is None
    assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for file in manifest["files"]:
        data = archive.read(file["name"])
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    wanted = ("Vi gör.", "Inte vi.", "Borttaget", "Varvet", "Ja!", "Köp bojar", "eva@example.org", "Plan")
    assert [words for words in wanted if words not in everything] == []
    assert "'=Fem" in archive.read("decisions.csv").decode()


def test_each_time_is_noted(space):
    taken_out(sign_in(Client(), make_registrar()), space)

    entry = AuditEntry.objects.get(verb="space.export")
    assert space.name not in f"{entry.target_label}{entry.reason}"


def test_from_the_list_it_is_two_clicks(space):
    client = sign_in(Client(), make_registrar())

    assert reverse("space_export", args=[space.slug]) in client.get(reverse("registrar")).content.decode()
    assert "<button" in client.get(reverse("space_export", args=[space.slug])).content.decode()
    assert not AuditEntry.objects.filter(verb="space.export").exists()


@pytest.mark.parametrize("who", ["coordinator", "superuser without a second factor", "registrar without one"])
def test_nobody_else_gets_it(space, who, client):
    user = {
        "coordinator": lambda: space.members.get().user,
        "superuser without a second factor": lambda: make_user(is_staff=True, is_superuser=True),
        "registrar without one": make_registrar,
    }[who]()
    client.force_login(user)
    answer = client.post(reverse("space_export", args=[space.slug]))

    assert answer.status_code == (403 if who == "coordinator" else 302)
    assert not AuditEntry.objects.filter(verb="space.export").exists()


def test_the_number_of_questions_does_not_follow_the_number_of_posts(space, django_assert_max_num_queries):
    thread = space.threads.get()
    client = sign_in(Client(), make_registrar())
    for number in range(3, 40):
        Post.objects.create(thread=thread, number=number, body=f"Inlägg {number}")

    with django_assert_max_num_queries(30):
        taken_out(client, space)
