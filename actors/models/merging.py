"""What happens to what points at an actor when it is merged into another: declared where the relation lives.

A model with a foreign key or a many-to-many to `Actor`, in whatever app, carries `merging = {field name: answer}`.
`unanswered()` names the relations without one; a test holds it empty. So merging knows no app above this one.
"""

from dataclasses import dataclass, field

import pghistory.models


@dataclass(frozen=True)
class Stays:
    """The rows keep pointing at the actor that was merged, for the reason given."""

    why: str


@dataclass(frozen=True)
class Moves:
    """The rows come to point at the actor that stays.

    `where` limits it to some rows. `one_per` names the columns of which that actor can hold each value once; of two
    rows the one that is there already is kept. `rank` is (column, values best first): the kept row takes the better;
    of the columns in `sums` it takes what both have together.
    A double is deleted, and made anew by undo; or ended by its own method `ends(by=)`, which saves nothing.
    `quietly`: the rows lie in closed rooms. Curators hear neither of them nor how many there are, and undoing leaves
    alone what somebody changed since.
    """

    where: dict = field(default_factory=dict)
    one_per: tuple = ()
    rank: tuple = ()
    sums: tuple = ()
    ends: str = ""
    quietly: bool = False


@dataclass(frozen=True)
class Unites:
    """A many-to-many: the actor that stays gets what either has, unless the curator chooses one side."""


def relations(model):
    """Every (model, field) that points at `model`, hidden ones too, and its own many-to-many fields."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete:
            continue
        owner = relation.related_model
        is_history = issubclass(owner, pghistory.models.Event)  # what was, was
        if not (is_history or owner._meta.auto_created):
            yield owner, relation.field
    for many in model._meta.many_to_many:
        yield model, many


def answer(owner, relation):
    """The answer that the model which has the field declares, or None."""
    return getattr(owner, "merging", {}).get(relation.name)


def unanswered(model):
    """Relations that nobody has thought about: "app.model.field", sorted."""
    found = relations(model)
    return sorted(f"{owner._meta.label_lower}.{each.name}" for owner, each in found if answer(owner, each) is None)
