"""Spaces to measure, made inside the hub on the database to measure: `python -m bench.rooms fill` and `… facts`.

A small space (20 members, a discussion of 50 posts) and a large one (200 members, 2,000 posts in one discussion and 40
more discussions), the same person in both; one person in five spaces and one in 500; spaces to invite 500 people to.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.text import slugify  # noqa: E402

from accounts.models import User  # noqa: E402
from actors.models import Actor  # noqa: E402
from bench.inside import HOST, page  # noqa: E402
from notifications.models import Email, EmailState  # noqa: E402
from platforms.models import (  # noqa: E402
    Activity,
    Decision,
    Document,
    Partnership,
    PartnershipMember,
    Post,
    Space,
    SpaceMember,
    Task,
    Thread,
    Verb,
)
from web.markdown import render  # noqa: E402

SIZES = {"small": (20, 50, 6), "large": (200, 2000, 40)}  # members, posts of the main discussion, other discussions
HOSTS = 3  # one for each round: nobody may invite more than a thousand people a day
READER, FEW, MANY = "member@bench.example", "few@bench.example", "many@bench.example"
WORDS = (
    "Vi mäter **varje vecka** i viken och skriver ned vad vi ser. Mer på https://example.org/matningar och i planen."
)


def make_people(count):
    names = [User(email=f"p{n}@bench.example", name=f"Person {n}") for n in range(count)]
    return User.objects.bulk_create(names)


def make_space(name, partnership, people, actors):
    """A space whose first person coordinates it."""
    space = Space.objects.create(name=name, slug=slugify(name), partnership=partnership)
    shared = {"space": space, "before_at": ago(7), "seen_at": now, "welcomed_at": now}
    SpaceMember.objects.bulk_create(
        SpaceMember(user=user, role="member" if n else "coordinator", on_behalf_of=actors[n % len(actors)], **shared)
        for n, user in enumerate(people)
    )
    return space


now = timezone.now()


def ago(days):
    return now - timedelta(days=days)


def talk(space, people, number, posts):
    thread = Thread.objects.create(space=space, number=number, title=f"Discussion {number}", by=people[0])
    html = render(WORDS)
    Post.objects.bulk_create(
        Post(thread=thread, number=n, by=people[n % len(people)], body=WORDS, html=html, created_at=ago(posts / n / 10))
        for n in range(1, posts + 1)
    )
    Thread.objects.filter(pk=thread.pk).update(post_count=posts)
    Activity.objects.bulk_create(
        Activity(space=space, by=people[n % len(people)], verb=Verb.POSTED, thread=thread, at=ago(n % 20))
        for n in range(posts)
    )


def work(space, people, count):
    for number in range(1, count + 1):
        shared = {"space": space, "number": number, "by": people[number % len(people)]}
        document = Document.objects.create(title=f"Document {number}", latest=1, **shared)
        decision = Decision.objects.create(
            title=f"Decision {number}", proposal="Vi gör så.", answer_by=timezone.localdate(), **shared
        )
        task = Task.objects.create(title=f"Task {number}", owner=people[0], due_on=timezone.localdate(), **shared)
        for verb, what in (
            ("uploaded", {"document": document}),
            ("proposed", {"decision": decision}),
            ("assigned", {"task": task}),
        ):
            Activity.objects.create(space=space, by=shared["by"], verb=verb, at=ago(number % 9), **what)


def fill():
    partnership = Partnership.objects.create(slug="bench", name_sv="Bench", purpose_sv="Mäta", is_published=True)
    actors = list(Actor.objects.order_by("pk")[:20])
    PartnershipMember.objects.bulk_create(PartnershipMember(partnership=partnership, actor=actor) for actor in actors)
    people = make_people(200)
    reader, few, many = (User.objects.create_user(email, name="Bench Reader") for email in (READER, FEW, MANY))
    for name, (members, posts, others) in SIZES.items():
        there = [reader, *people[: members - 1]]
        space = make_space(f"Bench {name}", partnership, there, actors)
        talk(space, there, 1, posts)
        for number in range(2, others + 2):
            talk(space, there, number, 3)
        work(space, there, others)
    for person, count in ((few, 5), (many, 500)):
        for number in range(count):
            name = f"Bench {person.email.partition('@')[0]} {number}"
            space = make_space(name, partnership, [people[0], person, *people[1:4]], actors)
            talk(space, [people[0], person], 1, 3)
    for number in range(HOSTS):
        host = User.objects.create_user(host_of(number), name="Bench Host")
        make_space(f"Bench guests {number}", partnership, [host], actors)


def host_of(number):
    return f"host{number}@bench.example"


def client_of(email):
    client = Client()
    client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def cookie_of(client):
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def facts():
    """The pages with what a right answer holds and what it costs, and the cookies of the people who ask."""
    SpaceMember.objects.filter(user__email=READER).update(before_at=ago(7), seen_at=now)  # every run is the same visit
    Email.objects.filter(state=EmailState.QUEUED).delete()  # of a run that was broken off
    reader, few, many = (client_of(email) for email in (READER, FEW, MANY))
    pages = {}
    for name in SIZES:
        slug = f"bench-{name}"
        pages[f"{name} overview"] = page(reader, reverse("space", args=[slug]), expect=[f"Bench {name}", "Person 3"])
        pages[f"{name} discussion"] = page(
            reader, reverse("thread", args=[slug, 1]), expect=["varje vecka", "Person 3"]
        )
        pages[f"{name} poll"] = page(reader, reverse("thread", args=[slug, 1]) + f"?after={SIZES[name][1]}", status=204)
    pages["five spaces"] = page(few, reverse("my_spaces"), expect=["Bench few 4"])
    pages["500 spaces"] = page(many, reverse("my_spaces"), expect=["Bench many"])
    cookies = {"reader": cookie_of(reader), "few": cookie_of(few), "many": cookie_of(many)}
    hosts = [
        {"path": reverse("invitation_new", args=[f"bench-guests-{n}"]), "cookie": cookie_of(client_of(host_of(n)))}
        for n in range(HOSTS)
    ]
    return {"pages": pages, "cookies": cookies, "hosts": hosts}


if __name__ == "__main__":
    setup_test_environment()
    settings.ALLOWED_HOSTS = [HOST]
    if sys.argv[1] == "fill":
        fill()
    else:
        print(json.dumps(facts()))
