"""Real rows for tests: each makes the smallest valid row, and takes what the test is about."""

from datetime import timedelta
from importlib import import_module
from itertools import count

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from actors.models import (
    Actor,
    ActorKind,
    ActorStatus,
    Area,
    Claim,
    Municipality,
    Representative,
    RepresentativeRole,
    Theme,
)
from insight.models import Subscription
from platforms import files
from platforms.actions import documents
from platforms.models import Decision, Partnership, PartnershipMember, Space, SpaceMember, SpaceRole, Task

_number = count(1)


def make_user(email=None, **fields):
    email = email or f"person{next(_number)}@example.org"
    return User.objects.create_user(email, **{"name": email.split("@")[0].title(), **fields})


def make_area(slug=None, **fields):
    slug = slug or f"area-{next(_number)}"
    return Area.objects.create(slug=slug, **{"name_sv": slug.title(), "name_en": slug.title(), **fields})


def make_theme(slug=None, **fields):
    slug = slug or f"theme-{next(_number)}"
    return Theme.objects.create(slug=slug, **{"name_sv": slug.title(), "name_en": slug.title(), **fields})


def make_municipality(code=None, **fields):
    code = code or f"9{next(_number):03}"
    return Municipality.objects.create(code=code, **{"name": f"Ort {code}", "latitude": 56, "longitude": 15, **fields})


def make_actor(name=None, *, areas=(), themes=(), competences=(), representatives=(), **fields):
    """An actor, published unless told otherwise; `representatives` become its owners."""
    number = next(_number)
    name = name or f"Actor {number}"
    values = {"kind": ActorKind.SME, "status": ActorStatus.PUBLISHED, "slug": f"{slugify(name)}-{number}", **fields}
    if values["status"] == ActorStatus.PUBLISHED:
        values.setdefault("published_at", timezone.now())
    actor = Actor.objects.create(name=name, **values)
    actor.areas.set(areas)
    actor.themes.set(themes)
    actor.competences.set(competences)
    for user in representatives:
        Representative.objects.create(actor=actor, user=user, role=RepresentativeRole.OWNER)
    return actor


def make_curator(email=None, **fields):
    """A member of staff in the group that the migrations make for curators."""
    if not Group.objects.filter(name="curators").exists():  # a test with real commits has emptied the tables
        import_module("actors.migrations.0005_curators_group").make_group(apps, None)
        import_module("actors.migrations.0009_curators_send_again").allow(apps, None)
        import_module("missions.migrations.0004_curators_keep_missions").allow(apps, None)
        import_module("events.migrations.0002_curators_keep_events").allow(apps, None)
        import_module("insight.migrations.0002_curators_see_subscriptions").allow(apps, None)
    user = make_user(email, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name="curators"))
    return user


def make_claim(actor=None, user=None, **fields):
    return Claim.objects.create(actor=actor or make_actor(), user=user or make_user(), **fields)


def verified(user):
    """`user`, with the row that says that the address is proven: allauth asks for it."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_partnership(name=None, *, members=(), themes=(), areas=(), **fields):
    """A public, active partnership; `members` (actors) become its partners."""
    number = next(_number)
    name = name or f"Partnership {number}"
    values = {"slug": f"{slugify(name)}-{number}", "purpose_sv": "Syfte", "status": "active", "is_published": True}
    partnership = Partnership.objects.create(name_sv=name, **{**values, **fields})
    partnership.themes.set(themes)
    partnership.areas.set(areas)
    for actor in members:
        PartnershipMember.objects.create(partnership=partnership, actor=actor)
    return partnership


def make_space(name=None, *, partnership=None, coordinator=None, members=(), observers=(), **fields):
    """A private, open space; the people become what their parameter says. Without a coordinator one is made."""
    name = name or f"Space {next(_number)}"
    space = Space.objects.create(partnership=partnership or make_partnership(), name=name, **fields)
    by_role = {
        SpaceRole.COORDINATOR: [coordinator or make_user()],
        SpaceRole.MEMBER: members,
        SpaceRole.OBSERVER: observers,
    }
    for role, people in by_role.items():
        for user in people:
            SpaceMember.objects.create(space=space, user=user, role=role)
    return space


def make_document(space, name="Plan.txt", content=b"A plan", *, by=None, **more):
    """A document with one version, put there as people do it; by a coordinator unless told otherwise."""
    by = by or space.members.coordinators().first().user
    with files.judged(SimpleUploadedFile(name, content)) as sound:
        return documents.add(space, by=by, sound=sound, **more)


def make_decision(space, title="Five bays", **fields):
    number = space.decisions.count() + 1
    values = {"proposal": "We choose five bays.", "by": space.members.coordinators().first().user, "number": number}
    return Decision.objects.create(space=space, title=title, **{**values, **fields})


def make_task(space, title="Ask the harbour", **fields):
    return Task.objects.create(space=space, title=title, **{"number": space.tasks.count() + 1, **fields})


def make_subscription(email=None, *, areas=(), themes=(), **fields):
    """News by mail for somebody who said yes, due now, with nothing told for eight days."""
    now, email = timezone.now(), email or f"reader{next(_number)}@example.org"
    values = {"language": "en", "confirmed_at": now, "told_until": now - timedelta(days=8), "next_at": now, **fields}
    row = Subscription.objects.create(email=email, **values)
    row.areas.set(areas)
    row.themes.set(themes)
    return row
