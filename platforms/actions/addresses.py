"""Addresses as people paste them: "Name <mail>" lines, what Outlook copies, and CSV, with the line of each."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from web.text import clean_line, clean_text

MOST = 500
LONGEST_TEXT = 200_000  # characters of pasted text, bytes of a file
LONGEST_ADDRESS, LONGEST_NAME = 254, 120
WORD = re.compile(r"""[^\s<>;,()\[\]"']+""")  # without the @ in it: a search for that takes the square of the length
AROUND_A_NAME = " \t;,<>()[]\"'"
HEADINGS = {"address", "adress", "email", "mail", "mejl", "epost", "epostadress", "name", "namn"}

NO_ADDRESS = _("there is no e-mail address on this line")
NOT_AN_ADDRESS = _("this is not a complete e-mail address")
TOO_LONG = _("the address is longer than an address can be")


class TooMany(ValidationError):
    """More rows than one sending may have."""


@dataclass(frozen=True)
class Person:
    """One row of what was pasted. `problem` says why it is no address; then `email` is what was typed."""

    line: int
    email: str
    name: str = ""
    problem: str = ""


def read(text):
    """Everybody named in `text`, in order; what cannot be an address comes with its problem. Raises TooMany."""
    people = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        people += _people_of(clean_text(line), number, is_first=not people)
        if len(people) > MOST:
            raise TooMany(_("At most %(most)s addresses at a time. Take the rest in a second round.") % {"most": MOST})
    return people


def _people_of(line, number, *, is_first):
    words = [word for word in WORD.finditer(line) if "@" in word[0]]
    if not words:
        return [] if _says_nothing(line, is_first) else [Person(number, clean_line(line)[:200], problem=NO_ADDRESS)]
    people, start = [], 0
    for word in words:
        name, start = line[start : word.start()], word.end()
        people.append(_person(word[0], name, number))
    if len(people) == 1 and not people[0].name:
        people = [_person(words[0][0], line[start:], number)]
    return _without_doubles(people)


def _says_nothing(line, is_first):
    """A line of separators only, or the headings of a table."""
    cells = [re.sub(r"[\W_]", "", cell).lower() for cell in re.split(r"[;,\t]", line)]
    return not any(cells) or (is_first and any(cell in HEADINGS for cell in cells))


def _person(word, name, number):
    email = word.removeprefix("mailto:").strip(".:*").lower()
    return Person(number, email[:300], _name(name), _problem(email))


def _name(text):
    text = re.sub(r"mailto:\s*$", "", text, flags=re.IGNORECASE).strip(AROUND_A_NAME)
    return clean_line(re.sub(r"[;\t\"<>]+|,(?=\S)", " ", text))[:LONGEST_NAME]


def _problem(email):
    if len(email) > LONGEST_ADDRESS:
        return TOO_LONG
    try:
        validate_email(email)
        email.rpartition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        return NOT_AN_ADDRESS
    return ""


def _without_doubles(people):
    """Outlook writes an address without a name as `a@b.se <a@b.se>`: that is one."""
    return [one for index, one in enumerate(people) if index == 0 or one.email != people[index - 1].email]


def decoded(content):
    """The text of an uploaded file: UTF-8, what Excel calls Unicode, or else the old Western table."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
