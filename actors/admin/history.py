"""An actor's history as people read it: what was saved, and what was linked with it or no longer is."""

from collections import Counter, defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors.admin.comparing import changes, events_of, people, who
from actors.models import ActorArea, ActorCompetence, ActorTheme, Representative
from actors.models.history import ADDED, REMOVED

MOST_LINKS = 200  # rows read of each kind
LINKED = {ActorArea: "area", ActorTheme: "theme", ActorCompetence: "competence", Representative: "user"}
WORDS = {
    ("area", ADDED): gettext_lazy("The specialisation area “%(name)s” was added."),
    ("area", REMOVED): gettext_lazy("The specialisation area “%(name)s” was removed."),
    ("theme", ADDED): gettext_lazy("The theme “%(name)s” was added."),
    ("theme", REMOVED): gettext_lazy("The theme “%(name)s” was removed."),
    ("competence", ADDED): gettext_lazy("The competence “%(name)s” was added."),
    ("competence", REMOVED): gettext_lazy("The competence “%(name)s” was removed."),
    ("owner", ADDED): gettext_lazy("%(name)s became owner of the profile."),
    ("owner", REMOVED): gettext_lazy("%(name)s is no longer owner of the profile."),
    ("editor", ADDED): gettext_lazy("%(name)s became editor of the profile."),
    ("editor", REMOVED): gettext_lazy("%(name)s is no longer editor of the profile."),
}


def history(actor, limit):
    """The last `limit` steps of `actor` as dicts, newest first: at, by, changes (of values), links (sentences)."""
    steps = _saves(actor, limit) + _links(actor)
    return sorted(steps, key=lambda step: step["at"], reverse=True)[:limit]


def _step(event, known, **what):
    step = {"at": event.pgh_created_at, "by": known.get(who(event)), "changes": [], "links": [], "is_first": False}
    return step | what


def _saves(actor, limit):
    """The very first save has no changes."""
    events = list(events_of(actor)[: limit + 1])
    known = people(events)
    steps = [
        _step(event, known, changes=changes(before, event) if before else [], is_first=before is None)
        for event, before in zip(events, [*events[1:], None], strict=True)
    ]
    return [step for step in steps[:limit] if step["changes"] or step["is_first"]]


def _links(actor):
    """One step for each act that linked something or took a link away."""
    acts, names = defaultdict(list), {}
    for model, field in LINKED.items():
        events = _whole_acts(model, actor)
        names[field] = _rows(model, field, events)
        for event in events:
            acts[_act(event)].append((field, event))
    known = people([act[0][1] for act in acts.values()])
    steps = [_step(act[0][1], known, links=_sentences(act, names)) for act in acts.values()]
    return [step for step in steps if step["links"]]


def _act(event):
    """What one transaction of one request wrote belongs together."""
    return event.pgh_created_at, event.pgh_context_id


def _whole_acts(model, actor):
    events = model.pgh_event_model.objects.filter(actor=actor).select_related("pgh_context").order_by("-pgh_id")
    events = list(events[: MOST_LINKS + 1])
    if len(events) <= MOST_LINKS:
        return events
    return [event for event in events if _act(event) != _act(events[-1])]


def _rows(model, field, events):
    linked = model._meta.get_field(field).related_model
    return linked._base_manager.in_bulk({getattr(event, f"{field}_id") for event in events})


def _sentences(act, names):
    """What came and went in the same act is no news."""
    balance = Counter()
    for field, event in act:
        kind = event.role if field == "user" else field
        balance[kind, field, getattr(event, f"{field}_id")] += 1 if event.pgh_label == ADDED else -1
    return [
        WORDS[kind, ADDED if count > 0 else REMOVED] % {"name": _name(names[field].get(pk), pk)}
        for (kind, field, pk), count in sorted(balance.items())
        if count
    ]


def _name(row, pk):
    if row is None:
        return _("number %(number)s, since deleted") % {"number": pk}
    if getattr(row, "anonymised_at", None):
        return _("Closed account %(number)s") % {"number": pk}
    return str(row)
