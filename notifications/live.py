"""What a mail says only when it goes out.

Words of a closed room must not lie in the ledger, and whether somebody may still read them is known only when the mail
is sent; so is whether a question still waits for an answer. So such a mail carries ids, and names a reader: a function
that the app which owns the cause registers in its `AppConfig.ready`. It is asked for each sending, and its answer is
stored nowhere. A reader of many is asked once for the mails of a batch; what it said holds for FRESH seconds.
"""

from time import monotonic

from django.db.models import prefetch_related_objects

FRESH = 2


class NoLonger(Exception):
    """The mail is not to be sent: its cause is gone, or the person may no longer read it. The text is for staff."""


_readers, _many, _only_judging = {}, {}, set()


def register(name, reader, *, only_judges=False):
    """`reader(email)` returns the rest of the values for the template (and `headers`), or raises NoLonger. One that
    `only_judges` returns {}: the mail has all its words."""
    _readers[name] = reader
    if only_judges:
        _only_judging.add(name)


def keeps_words_back(email):
    """Whether words of the mail are stored nowhere, so that it cannot be shown as it was."""
    return bool(email.live) and email.live not in _only_judging


def register_many(name, reader):
    """`reader(emails)` returns {email.pk: values, or the NoLonger that stands for them} for all of them. In place of
    values there may be a function that gives them, for words that take time: it is called when the mail goes."""
    _many[name] = reader
    _readers[name] = lambda email: _given(reader([email])[email.pk])


def read(email):
    """The values for `email` as of now; {} for a mail that has all its words. Raises NoLonger.

    An address that its person has left since may be somebody else's by now.
    """
    if not email.live:
        return {}
    _judge_address(email)
    return _readers[email.live](email)


def _judge_address(email):
    if email.user and email.to.lower() != email.user.email:
        raise NoLonger("the person has another address now")


def _given(found):
    if isinstance(found, NoLonger):
        raise found
    return found() if callable(found) else found


class Batch:
    """The mails of one claim, read together where their readers can; asked again for what is left when time passes."""

    def __init__(self, emails):
        self._left = {email.pk: email for email in emails}
        self._ask()

    def _ask(self):
        self._found, self._until = {}, monotonic() + FRESH
        emails = list(self._left.values())
        for email in emails:
            email._state.fields_cache.pop("user", None)
        prefetch_related_objects(emails, "user")
        for name, reader in _many.items():
            if asked := [email for email in emails if email.live == name]:
                self._found.update(reader(asked))

    def read(self, email):
        """As `live.read`, for one of the batch."""
        if monotonic() > self._until:
            self._ask()
        del self._left[email.pk]
        if email.pk not in self._found:
            return read(email)
        _judge_address(email)
        return _given(self._found[email.pk])
