"""The draft of a closing report, written from what the space holds, for a coordinator to finish."""

from collections import Counter

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from platforms.models import DecisionState, SpaceReport


def draft(space):
    """An unsaved SpaceReport in the reader's language: organisations without the names of their people."""
    return SpaceReport(
        space=space,
        title=space.name,
        purpose=space.purpose or space.partnership.purpose,
        members=_members(space),
        decisions=_decisions(space),
        documents=_documents(space),
    )


def _members(space):
    people = Counter(member.on_behalf_of for member in space.members.select_related("on_behalf_of"))
    lines = []
    for actor in sorted(people, key=lambda one: (one is None, one.name_sort if one else "")):
        count = ngettext("%(count)s person", "%(count)s people", people[actor]) % {"count": people[actor]}
        name = actor.name if actor else _("On behalf of nobody")
        lines.append(f"- {name}: {count}")
    return "\n".join(lines)


def _decisions(space):
    made = space.decisions.filter(state__in=[DecisionState.DECIDED, DecisionState.REJECTED]).order_by("number")
    return "\n".join(
        _("- %(title)s (decision %(number)s, %(day)s): ")
        % {"title": decision.title, "number": decision.number, "day": date_format(decision.decided_on)}
        + decision.get_state_display()
        + (f". {' '.join(decision.outcome.split())}" if decision.outcome else "")
        for decision in made
    )


def _documents(space):
    there = space.documents.filter(removed_at=None).order_by("number")
    return "\n".join(
        _("- %(title)s, version %(version)s, %(day)s")
        % {
            "title": document.title,
            "version": document.latest,
            "day": date_format(document.updated_at),
        }
        for document in there
    )
