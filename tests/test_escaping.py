"""What people type is shown as they typed it, on every page, and never read by the browser as markup."""

import pgtrigger
import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from actors.models import TwinPair
from notifications.models import Email
from tests.access import ANONYMOUS, World
from tests.factories import make_claim, make_user
from tests.test_access import arguments, expected, named_routes

TYPED = "</script><i hurt='\">&"
SEARCHED = "?q=%3Ci+hurt%3D%27%22%3E%26"
SHOWN = "&lt;i hurt="
# Columns of text that no person writes.
MADE = {"password", "key", "code", "verb", "target_type", "target_id", "template", "labels", "language"}
MADE |= {"thing", "place", "kind", "target"}  # of notices
MADE |= {"activity", "stage"}  # of runs: keys of what the method says
NOT_FREE = (models.EmailField, models.SlugField, models.URLField)


def is_free_text(field):
    is_text = isinstance(field, (models.CharField, models.TextField)) and not isinstance(field, NOT_FREE)
    has_room = field.max_length is None or field.max_length >= len(TYPED)
    return is_text and has_room and not (field.choices or field.unique or field.generated or field.name in MADE)


def type_everywhere(world):
    """Write TYPED into every free text of every row that a page shows."""
    pair = TwinPair.objects.create(first=world.public, second=world.foreign, score=90)
    world.rows["actors_twinpair"] = pair.pk
    make_claim(actor=world.waiting, user=make_user())
    ours = [apps.get_app_config(label) for label in ("actors", "accounts", "notifications", "missions")]
    for model in (model for config in ours for model in config.get_models()):
        columns = [field.name for field in model._meta.concrete_fields if is_free_text(field)]
        if columns:
            with pgtrigger.ignore():  # what a published method says is never changed
                model._base_manager.update(**dict.fromkeys(columns, TYPED))
    context = {"name": TYPED, "actor": TYPED, "slug": world.public.slug, "text": TYPED}
    Email.objects.update(context=context, template="claim_approved")


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["superuser", "owner", ANONYMOUS])
def test_nothing_that_was_typed_is_markup_on_any_page(persona):
    world, hurt, seen = World(), [], set()
    type_everywhere(world)
    for route in named_routes():
        for _name, target, _method, _answers in expected(route["name"], "GET"):
            path = reverse(route["name"], kwargs=arguments(world, route, target))
            is_searched = persona == ANONYMOUS or route["name"].endswith("_changelist")
            for query in ("", SEARCHED) if is_searched else ("",):
                answer = world.ask(persona, "GET", path + query)
                if answer.streaming or not answer["Content-Type"].startswith(("text/html", "application/atom")):
                    continue
                body = answer.content.decode()
                hurt += [path + query] if "<i hurt" in body else []
                seen |= {route["name"]} if SHOWN in body else set()
    assert hurt == []
    assert seen >= PAGES[persona], "these pages show what was typed"


PAGES = {ANONYMOUS: {"actor", "actor_list", "actor_feed"}}
PAGES["owner"] = PAGES[ANONYMOUS] | {"my_page", "actor_edit"}
PAGES["superuser"] = PAGES[ANONYMOUS] | {
    *(f"admin:actors_actor_{page}" for page in ("changelist", "change", "history", "review", "queue", "merge")),
    *("admin:actors_twinpair_changelist", "admin:actors_twinpair_change", "admin:actors_merge_change"),
    *("admin:accounts_auditentry_changelist", "admin:actors_claim_change"),
    *("admin:notifications_email_changelist", "admin:notifications_email_change", "admin:notifications_email_html"),
    "admin:notifications_suppression_changelist",
}
