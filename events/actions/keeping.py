"""Keeping events: writing, publishing, moving, cancelling them, and saying that they were held.

Every change begins with `enter_event`: the space, the series and the event locked, the person's right judged anew.
Buttons, checks and `docs/states.md` all read `STEPS`.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import AuditEntry
from actors.actions.following import EVENT, tell_followers
from actors.actions.workflow import Step
from events import times
from events.actions.changes import tell_changed
from events.actions.seat_mails import CHANGED
from events.actions.seats import fill
from events.models import Answer, Audience, Event, EventSeries, EventState, Question, QuestionKind
from platforms.actions import Frozen, NoEntry, Outdated, enter
from platforms.models.space import SLUG_TAIL

KEEPS = "coordinator or staff"
STEPS = {
    "publish": Step(_("Publish"), (EventState.DRAFT,), EventState.PUBLISHED, KEEPS),
    "move": Step(_("Move"), (EventState.PUBLISHED,), EventState.PUBLISHED, KEEPS, CHANGED, True),
    "cancel": Step(_("Cancel the event"), (EventState.PUBLISHED,), EventState.CANCELLED, KEEPS, CHANGED, True),
    "hold": Step(_("Say that it was held"), (EventState.PUBLISHED,), EventState.HELD, KEEPS),
}
ALREADY = _("“%(name)s” is in the state “%(state)s” now. Nothing was changed.")
IS_CANCELLED = _("The event is cancelled. It can be read and copied, but not changed any more.")
NO_PLACE = _("Say where it is before you publish it: a place, or a video link.")
NOT_BEGUN = _("It has not begun yet, so nobody can know that it was held.")
IS_OVER = _("The event is over, so it can not be moved.")
INTO_PAST = _("The new time has passed already.")
SAME = _("Neither time nor place differs from what stands now.")
TOO_FEW = ngettext_lazy(
    "%(number)s person has a seat already, so there can not be fewer seats than that.",
    "%(number)s people have a seat already, so there can not be fewer seats than that.",
    "number",
)
SHUT_OUT = ngettext_lazy(
    "%(number)s person has signed up who could not see the event any more. Leave it as it is, or cancel it and make a "
    "copy for the others.",
    "%(number)s people have signed up who could not see the event any more. Leave it as it is, or cancel it and make a "
    "copy for the others.",
    "number",
)
ANSWERED = _("Somebody has answered “%(question)s”, so it can not be removed. Change its words, or leave it.")
IS_CARE = _("“%(question)s” has been answered, so it stays a question of food and access.")
PLACE = ("place", "address", "municipality")


def enter_event(event, by):
    """Lock the event and judge the person's right anew; the event's row.

    Raises NoEntry, PermissionDenied or Frozen. Must run in a transaction. The order of locks is space, series, event;
    registrations come after.
    """
    if not by.has_perm("events.change_event"):
        if not event.space_id:
            raise NoEntry
        enter(event.space, by, write=True, lead=True)
    if event.series_id:
        EventSeries.objects.select_for_update().filter(pk=event.series_id).first()
    row = Event.objects.select_for_update(of=("self",)).filter(pk=event.pk).first()
    if row is None or row.space_id != event.space_id:
        raise NoEntry
    return row


def log(event, verb, *, by, reason=""):
    return AuditEntry.objects.record(by=by, verb=f"event.{verb}", target=event, reason=reason)


def following(event):
    """The later events of its series in the same state, locked; those that are over stay as they were."""
    if not event.series_id:
        return []
    later = Event.objects.filter(series=event.series_id, starts_at__gt=event.starts_at, state=event.state)
    return list(later.exclude(pk=event.pk).coming().select_for_update(of=("self",)).order_by("pk"))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def begin(form, *, by, space=None):
    """Make a draft of a valid EventForm: coordinators in their `space`, staff without one.

    Raises NoEntry, PermissionDenied or Frozen.
    """
    if space:
        enter(space, by, write=True, lead=True)
    elif not by.has_perm("events.add_event"):
        raise PermissionDenied
    event = Event(space=space, partnership=space.partnership if space else None, by=by)
    for name, value in form.plain.items():
        setattr(event, name, value)
    event.slug = new_slug(event)
    event.save()
    _link(event, form, LINKS)
    ask(event, form.cleaned_data["questions"])
    log(event, "add", by=by)
    return event


def new_slug(event):
    """From the title and the year; with a random end where that is taken."""
    year = timezone.localtime(event.starts_at).year
    base = f"{slugify(event.title_sv)[:70].strip('-') or 'event'}-{year}"
    return f"{base}-{get_random_string(5, SLUG_TAIL)}" if Event.objects.filter(slug=base).exists() else base


LINKS = ("organisers", "areas", "themes")


def _link(event, form, names):
    for name in names:
        getattr(event, name).set(form.cleaned_data[name])


def _linked_anew(event, form):
    """Which of LINKS are others in the form."""
    return [name for name in LINKS if {*getattr(event, name).all()} != {*form.cleaned_data[name]}]


def ask(event, rows):
    """Let the event have these questions: rows with the key of a question change it, others are new."""
    standing = {str(one.pk): one for one in event.questions.all()}
    kept = {row["key"]: row for row in rows if row["key"] in standing}
    for key, one in standing.items():
        _judge_change(one, kept.get(key))
        if key not in kept:
            one.delete()
    for number, one in enumerate(standing[key] for key in kept):
        Question.objects.filter(pk=one.pk).update(number=1000 + number)  # out of the way of the new numbers
    for number, row in enumerate(rows, 1):
        values = {"text_sv": row["sv"], "text_en": row["en"], "kind": row["kind"], "options": row["options"]}
        values |= {"is_required": row["required"] == "yes", "number": number}
        if row["key"] in kept:
            Question.objects.filter(pk=standing[row["key"]].pk).update(**values)
        else:
            Question.objects.create(event=event, **values)


def _judge_change(question, row):
    """Whoever answered of food and access was told when that is deleted; `row` is what becomes of the question, None
    that it goes."""
    is_loosened = row and question.kind == QuestionKind.CARE and row["kind"] != QuestionKind.CARE
    if (row is None or is_loosened) and Answer.objects.filter(question=question).exists():
        words = IS_CARE if row else ANSWERED
        raise ValidationError({"questions": ValidationError(words, params={"question": question.text})})


def _asks_anew(event, rows):
    """Whether these rows ask anything else than the event does."""
    standing = event.questions.values_list("pk", "text_sv", "text_en", "kind", "options", "is_required")
    typed = [(row["key"], row["sv"], row["en"], row["kind"], row["options"], row["required"] == "yes") for row in rows]
    return typed != [(str(pk), *others) for pk, *others in standing]


@transaction.atomic
def change(form, *, by, with_following=False):
    """Save a valid EventForm; `with_following`: the later events of the series get what was changed, too.

    Raises Outdated when somebody saved after it was drawn, ValidationError when the seats would not do.
    """
    event = enter_event(form.instance, by)
    if event.version != form.cleaned_data["version"]:
        raise Outdated(event)
    if event.is_cancelled:
        raise Frozen(IS_CANCELLED, code="frozen")
    others = following(event) if with_following else []
    before = {name: getattr(event, name) for name in (*form.plain, "starts_at")}
    changed = {name: value for name, value in form.plain.items() if value != before[name]}
    links, rows = _linked_anew(event, form), form.cleaned_data["questions"]
    asks_anew = _asks_anew(event, rows)
    _write(event, changed)
    _link(event, form, links)
    ask(event, rows)
    for one in others:
        _write(one, _shifted(one, changed, before))
        _link(one, form, links)
        if asks_anew:
            ask(one, [row | {"key": _same_question(one, row)} for row in rows])
    log(event, "edit", by=by, reason=str(len(others)) if others else "")
    return event


def _same_question(event, row):
    """The key of the question with the same words at another event of the series."""
    found = event.questions.filter(text_sv=row["sv"]).values_list("pk", flat=True).first()
    return str(found or "")


def _write(event, values):
    """Save these values of a locked event, and give away the seats that there are more of."""
    seats = event.capacity
    for name, value in values.items():
        setattr(event, name, value)
    if event.capacity is not None and (seats is None or event.capacity < seats):
        seated = event.registrations.seated().count()
        if event.capacity < seated:
            raise ValidationError({"capacity": ValidationError(TOO_FEW, params={"number": seated})})
    if values.keys() & {"audience", "partnership"} and (number := event.registrations.active().outside(event).count()):
        raise ValidationError({"audience": ValidationError(SHUT_OUT, params={"number": number})})
    event.version += 1
    event.save()
    if seats is not None and (event.capacity is None or event.capacity > seats):
        fill(event)


MOMENTS = ("starts_at", "ends_at", "opens_at", "closes_at")


def _shifted(event, values, before):
    """What was changed at one event of a series, for a later one: moments move by as many days, to the same clock."""
    found = {name: value for name, value in values.items() if name not in MOMENTS}
    for name in MOMENTS:
        if name not in values:
            continue
        new, old, mine = values[name], before[name], getattr(event, name)
        if new is None or old is None or mine is None:
            found[name] = new and shift(new, before["starts_at"], event.starts_at)
        else:
            found[name] = shift(mine, old, new)
    return found


def shift(moment, old, new):
    """`moment` moved by as many days as lie between `old` and `new`, and by as much on the clock. 09:00 stays 09:00
    over the night on which the clocks are changed. Raises ValidationError where that time does not exist."""
    return times.at(times.local(moment) + (times.local(new) - times.local(old)))


# ── Copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────
COPIED = (
    *("title_sv", "title_en", "text_sv", "text_en", "kind", "audience", "organiser_note", "partnership", "space"),
    *("mission", "municipality", "place", "address", "access_sv", "access_en", "latitude", "longitude", "video_link"),
    *("takes_registrations", "capacity", "has_waiting_list", "offer_hours", "is_example"),
)


ASKED = ("number", "text_sv", "text_en", "kind", "options", "is_required")


@transaction.atomic
def copy(event, *, by, starts_at, ends_at):
    """A draft with all that the event says but its dates and its people."""
    return _copied(enter_event(event, by), by=by, starts_at=starts_at, ends_at=ends_at)


def _copied(event, *, by, **values):
    made = Event(by=by, **{name: getattr(event, name) for name in COPIED}, **values)
    made.slug = new_slug(made)
    made.save()
    for name in LINKS:
        getattr(made, name).set(getattr(event, name).all())
    Question.objects.bulk_create(
        Question(event=made, **{name: getattr(one, name) for name in ASKED}) for one in event.questions.all()
    )
    log(made, "copy", by=by)
    return made


@transaction.atomic
def repeat(event, *, by, rule, starts):
    """Make a series of the event: one more at each of the local times in `starts`, by `rule` (RRULE). Deadlines of
    sign-up lie as many days before. What is public already stays so for all. Raises ValidationError in a series."""
    row = enter_event(event, by)
    if row.series_id:
        raise ValidationError(_("The event is part of a series already."), code="series")
    if row.is_cancelled:
        raise Frozen(IS_CANCELLED, code="frozen")
    row.series = EventSeries.objects.create(rule=rule)
    row.version += 1
    row.save()
    made = []
    for start in starts:
        new = times.at(start)
        values = {
            name: getattr(row, name) and shift(getattr(row, name), row.starts_at, new)
            for name in ("ends_at", "opens_at", "closes_at")
        }
        values |= {"state": row.state, "published_at": timezone.now() if row.published_at else None}
        made.append(_copied(row, by=by, starts_at=new, series=row.series, **values))
    log(row, "repeat", by=by, reason=rule)
    return made


# ── From state to state ──────────────────────────────────────────────────────────────────────────────────────────────
def open_steps(event):
    """The steps that lead on from the event's state, with their names: what buttons to show to who keeps it."""
    here = [name for name, step in STEPS.items() if event.state in step.sources]
    fits = {"hold": event.starts_at <= timezone.now(), "move": not event.is_past}
    return [{"name": name, "label": STEPS[name].label} for name in here if fits.get(name, True)]


def _entered(event, step, by):
    """The locked event, in a state from which `step` leads on."""
    row = enter_event(event, by)
    if row.state not in STEPS[step].sources:
        raise ValidationError(ALREADY, code="state", params={"name": row.title, "state": row.get_state_display()})
    return row


def _taken(row, step, *, by, reason=""):
    row.state = STEPS[step].target
    row.version += 1
    row.save()
    log(row, step, by=by, reason=reason)


@transaction.atomic
def publish(event, *, by, with_following=False):
    """Announce a draft. Raises ValidationError when nobody could know where to go."""
    row = _entered(event, "publish", by)
    for one in [row, *(following(row) if with_following else [])]:
        if not (one.place or one.video_link):
            raise ValidationError(NO_PLACE, code="place")
        one.published_at = timezone.now()
        _taken(one, "publish", by=by)
    if row.audience == Audience.PUBLIC:
        tell_followers(row.organisers.values_list("pk", flat=True), EVENT, by=by)
    return row


@transaction.atomic
def move(event, *, by, starts_at, ends_at, reason, with_following=False, **place):
    """A new time, a new place, or both; everybody who signed up is told. `place` holds what PLACE names."""
    row = _entered(event, "move", by)
    if row.is_past:
        raise ValidationError(IS_OVER, code="over")
    if ends_at <= timezone.now():
        raise ValidationError({"starts_at": INTO_PAST})
    values = {"starts_at": starts_at, "ends_at": ends_at, **place}
    before = {name: getattr(row, name) for name in (*values, "opens_at", "closes_at")}
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        raise ValidationError(SAME, code="same")
    others = following(row) if with_following else []
    for one in [row, *others]:
        new = changed if one is row else _shifted(one, changed, before)
        _move(one, new, reason)
        _taken(one, "move", by=by, reason=reason)
        tell_changed(one, "moved")
    return row


def _move(event, values, reason):
    """Nobody signs up after the start: a deadline that would lie later comes before it."""
    event.moved_from = event.starts_at
    for name, value in values.items():
        setattr(event, name, value)
    event.is_whole_day = event.is_whole_day and not {"starts_at", "ends_at"} & values.keys()
    if event.closes_at and event.closes_at > event.starts_at:
        event.closes_at = event.starts_at
    if event.opens_at and event.opens_at >= (event.closes_at or event.starts_at):
        event.opens_at = None
    event.reason = reason
    event.sequence += 1


@transaction.atomic
def cancel(event, *, by, reason, with_following=False):
    """It does not take place; everybody who signed up is told why."""
    row = _entered(event, "cancel", by)
    for one in [row, *(following(row) if with_following else [])]:
        one.reason = reason
        one.sequence += 1
        _taken(one, "cancel", by=by, reason=reason)
        tell_changed(one, "cancelled")
    return row


@transaction.atomic
def hold(event, *, by):
    """Say that it took place."""
    row = _entered(event, "hold", by)
    if row.starts_at > timezone.now():
        raise ValidationError(NOT_BEGUN, code="early")
    note_held(row, by=by)
    return row


def note_held(row, *, by):
    """The locked event took place: somebody says so, or closes its numbers."""
    _taken(row, "hold", by=by)
