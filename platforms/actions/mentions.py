"""Speaking to somebody by name: `@Eva Ek` or `@[Eva Ek]` in a text, found among the members of the space."""

import re
from dataclasses import dataclass, field

from platforms.models import SpaceMember
from web.text import clean_line

MOST_NAMES = 50  # in one text


@dataclass
class Named:
    """`people` are the ids of who is meant; `unclear` are names that several members have."""

    people: set = field(default_factory=set)
    unclear: list = field(default_factory=list)


def labels_of(space):
    """Label → ids of the members it may mean: the name, and the name with the organisation in brackets."""
    members = SpaceMember.objects.filter(space=space).exclude(user__name="").order_by("user__name", "pk")
    found = {}
    for pk, name, organisation in members.values_list("user_id", "user__name", "on_behalf_of__name"):
        found.setdefault(clean_line(name), []).append(pk)
        if organisation:
            found.setdefault(clean_line(f"{name} ({organisation})"), []).append(pk)
    return found


def offered(space):
    """The labels to choose from, A–Ö: a plain name, or names with organisations where several have the same."""
    labels = labels_of(space)
    by_person = {}
    for label, people in sorted(labels.items(), key=lambda item: len(item[0])):
        if len(people) == 1:
            by_person.setdefault(people[0], label)
    return sorted(by_person.values(), key=str.casefold)


def _pattern(labels):
    """The longest label wins, and a name does not end inside a longer word."""
    names = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    return re.compile(rf"(?<![\w@])@(?:\[({names})\]|({names})(?!\w|-\w))", re.IGNORECASE)


def find(text, labels):
    """Who is spoken to in `text`."""
    named = Named()
    if not labels or "@" not in text:
        return named
    folded = {}
    for label, people in labels.items():
        folded.setdefault(label.casefold(), (label, []))[1].extend(people)
    for number, match in enumerate(_pattern(labels).finditer(text)):
        if number == MOST_NAMES:
            break
        label, people = folded.get((match[1] or match[2]).casefold(), ("", []))
        if len(set(people)) == 1:
            named.people.add(people[0])
        elif label and label not in named.unclear:
            named.unclear.append(label)
    return named


def without_brackets(text, labels):
    """`@[Eva Ek]` as it is shown: `@Eva Ek`."""
    return _pattern(labels).sub(lambda found: "@" + (found[1] or found[2]), text) if labels and "@[" in text else text
