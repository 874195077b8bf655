"""What a mail says only when it goes out.

Words of a closed room must not lie in the ledger, and whether somebody may still read them is known only when the mail
is sent; so is whether a question still waits for an answer. So such a mail carries ids, and names a reader: a function
that the app which owns the cause registers in its `AppConfig.ready`. It is asked for each sending, and its answer is
stored nowhere.
"""


class NoLonger(Exception):
    """The mail is not to be sent: its cause is gone, or the person may no longer read it. The text is for staff."""


_readers = {}


def register(name, reader):
    """`reader(email)` returns the rest of the values for the template (and `headers`; {} when it has all its words), or
    raises NoLonger."""
    _readers[name] = reader


def read(email):
    """The values for `email` as of now; {} for a mail that has all its words. Raises NoLonger.

    An address that its person has left since may be somebody else's by now.
    """
    if not email.live:
        return {}
    if email.user and email.to.lower() != email.user.email:
        raise NoLonger("the person has another address now")
    return _readers[email.live](email)
