"""Every mail as an example: what the preview shows, and what tests of all mails are made with.

Each app gives the examples of its own mails (`mail_examples.py`), as data, and registers them in its
`AppConfig.ready`; a template without an example fails a test. They name nobody who exists, and no link of theirs opens
anything.
"""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from django.utils import translation

from notifications.composing import compose
from notifications.models import Email, EmailKind
from notifications.rendering import render

NOBODY = 0  # no person has this id: a link for them is a link for nobody
READER = "eva.ek@example.org"
LONG = "Samverkansplattformsutvecklingskoordineringsgruppssammankomstprotokollsjusteringsförfarande"

_makers = []


@dataclass(frozen=True)
class Example:
    """One mail as it could be. `live` is what the reader that it is asked of would give when it is sent."""

    template: str
    case: str = "usual"
    kind: str = EmailKind.TRANSACTIONAL
    context: dict = field(default_factory=dict)
    secret: dict = field(default_factory=dict)
    live: dict = field(default_factory=dict)

    @property
    def key(self):
        return f"example:{self.template}:{self.case}"


def register(maker):
    """`maker(say)` gives an app's examples, in the language that is switched on; `say(swedish, english)` chooses."""
    _makers.append(maker)


def examples(language):
    """All of them, in `language`."""
    with translation.override(language):
        found = [example for maker in _makers for example in maker(_in(language))]
    return sorted(found, key=lambda example: example.template)  # the cases of one stay in their order


def _in(language):
    return lambda swedish, english: swedish if language == "sv" else english


def find(template, case, language):
    """The example of this name, or None."""
    wanted = (template, case)
    return next((one for one in examples(language) if (one.template, one.case) == wanted), None)


@dataclass(frozen=True)
class Shown:
    """An example as mail: the row that is never saved, what was rendered, and the bytes that would go out."""

    example: Example
    email: Email
    mail: object
    raw: bytes

    @property
    def headers(self):
        """[(name, value)] as a mail program reads them."""
        return [(name, str(value)) for name, value in message_from_bytes(self.raw, policy=default).items()]


def show(example, language):
    """Render `example` as if it were sent."""
    email = Email(
        key=example.key,
        kind=example.kind,
        to=READER,
        user_id=NOBODY,
        language=language,
        template=example.template,
        context=example.context,
        secret=example.secret,
    )
    mail = render(email, live=example.live)
    return Shown(example, email, mail, compose(email, mail))
