"""Rows as plain values: moved from one actor to another, remembered, compared and put back."""

from datetime import date

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def text(value):
    """One value as JSON keeps it: None, or the text that a field's `to_python` reads."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def values(row, names):
    """{column: value as JSON keeps it}."""
    return {name: text(getattr(row, name)) for name in names}


def put(row, kept):
    """Set columns from what `values` gave."""
    for name, value in kept.items():
        setattr(row, name, row._meta.get_field(name).to_python(value))


def _columns(model):
    return [field.attname for field in model._meta.concrete_fields]


def _save(row, names):
    type(row)._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})


def move(model, relation, told, *, winner, loser, by):
    """Let the rows of `model` that `told` (a Moves) means point at `winner`; returns what was done to each."""
    column, rows = relation.attname, model._base_manager.select_for_update()
    there = {_key(row, told): row for row in rows.filter(**{column: winner.pk}, **told.where).order_by("pk")}
    done = []
    for row in rows.filter(**{column: loser.pk}, **told.where).order_by("pk"):
        twin = there.get(_key(row, told)) if told.one_per else None
        if twin is None:
            done.append(_change(row, {column: winner.pk, **told.where}))
        else:
            done += _resolve(row, twin, told, by)
    return [{**note, "quiet": True} for note in done] if told.quietly else done


def _key(row, told):
    return tuple(getattr(row, name) for name in told.one_per)


def _change(row, new):
    before = values(row, new)
    for name, value in new.items():
        setattr(row, name, value)
    _save(row, new)
    return _note(row, "changed", before=before, after=values(row, new))


def _note(row, what, **more):
    return {"model": row._meta.label_lower, "pk": row.pk, "what": what, **more}


def _resolve(row, twin, told, by):
    """Two rows where there can be one: the twin stays, and takes the better rank and the sums."""
    done = []
    if told.sums:
        done.append(_change(twin, {name: getattr(row, name) + getattr(twin, name) for name in told.sums}))
    if told.rank:
        column, order = told.rank
        best = min(getattr(row, column), getattr(twin, column), key=order.index)
        if best != getattr(twin, column):
            done.append(_change(twin, {column: best}))
    if told.ends:
        before = values(row, _columns(type(row)))
        getattr(row, told.ends)(by=by)
        after = values(row, _columns(type(row)))
        names = [name for name in after if after[name] != before[name]]
        _save(row, names)
        pick = {"before": {n: before[n] for n in names}, "after": {n: after[n] for n in names}}
        return [*done, _note(row, "changed", **pick)]
    done.append(_note(row, "deleted", before=values(row, _columns(type(row))), kept=twin.pk))
    row.delete()
    return done


def _ends(many):
    """The table between, and the names of its columns: of the actor's side, and of the other."""
    through = many.remote_field.through
    if many.model._meta.label_lower == "actors.actor":
        near, far = many.m2m_field_name(), many.m2m_reverse_field_name()
    else:
        near, far = many.m2m_reverse_field_name(), many.m2m_field_name()
    return through, f"{near}_id", f"{far}_id"


def unite(many, *, winner, loser, side):
    """Give `winner` the links of `side` ("both", "winner", "loser"); the loser keeps its own. Returns what was done."""
    through, near, far = _ends(many)
    mine, theirs = (
        set(through._base_manager.filter(**{near: one.pk}).values_list(far, flat=True)) for one in (winner, loser)
    )
    want = {"both": mine | theirs, "winner": mine, "loser": theirs}[side]
    _link(through, near, far, winner.pk, want - mine, mine - want)
    return {
        "model": many.model._meta.label_lower,
        "field": many.name,
        "actor": winner.pk,
        "added": sorted(want - mine),
        "removed": sorted(mine - want),
    }


def _link(through, near, far, pk, add, remove):
    through._base_manager.filter(**{near: pk, f"{far}__in": remove}).delete()
    through._base_manager.bulk_create(
        [through(**{near: pk, far: other}) for other in sorted(add)], ignore_conflicts=True
    )


def _rows(moved):
    for note in moved["rows"]:
        model = apps.get_model(note["model"])
        yield note, model, model._base_manager.filter(pk=note["pk"]).first()


def _links(moved):
    for note in moved["links"]:
        many = apps.get_model(note["model"])._meta.get_field(note["field"])
        yield note, many, *_ends(many)


def _is_changed(note, row):
    return note["what"] == "changed" and row is not None and values(row, note["after"]) != note["after"]


def clashes(moved):
    """What was changed since it was moved, in words; a row that is gone since is no clash."""
    found = []
    for note, model, row in _rows(moved):
        if _is_changed(note, row) and not note.get("quiet"):
            found.append(f"{model._meta.verbose_name} {row}")
        if again := _to_make_again(note, model, row):
            try:
                again.validate_constraints()
            except ValidationError:  # somebody made it already
                found.append(f"{model._meta.verbose_name} {again}")
    for note, many, through, near, far in _links(moved):
        now = set(through._base_manager.filter(**{near: note["actor"]}).values_list(far, flat=True))
        if set(note["added"]) - now or set(note["removed"]) & now:
            found.append(_("%(tags)s of the one that stayed") % {"tags": many.verbose_name})
    return found


def _to_make_again(note, model, row):
    """The double that was deleted, while the row that was kept is there; None when there is nothing to make."""
    if note["what"] != "deleted" or row or not model._base_manager.filter(pk=note["kept"]).exists():
        return None
    again = model()
    put(again, note["before"])
    return again


def put_back(moved):
    """Undo what `move` and `unite` did."""
    for note, model, row in _rows(moved):
        if note["what"] == "changed" and row and not _is_changed(note, row):
            put(row, note["before"])
            _save(row, note["before"])
        elif again := _to_make_again(note, model, row):
            again.save_base(raw=True, force_insert=True)
    for note, _many, through, near, far in _links(moved):
        _link(through, near, far, note["actor"], note["removed"], note["added"])
