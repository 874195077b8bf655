"""One connection to the mail server for many mails, and what its answers mean."""

import logging
import re
import smtplib

from django.core.mail.backends.smtp import EmailBackend

from notifications.composing import ascii_address, sender_address

logger = logging.getLogger(__name__)


class Later(Exception):
    """Not taken now: try again after a while."""


class Refused(Exception):
    """Not taken, and never will be; `address_is_dead` tells whether the address itself is the cause."""

    def __init__(self, answer, *, address_is_dead):
        super().__init__(answer)
        self.address_is_dead = address_is_dead


class InDoubt(Exception):
    """The mail went over the line, but no answer came: it may or may not have been taken."""


class _Heard:
    """Remembers how far a mail came and what the server said to it."""

    in_doubt = False
    answer = ""

    def data(self, msg):
        self.in_doubt = True
        code, text = super().data(msg)
        self.in_doubt = False
        self.answer = _line(code, text)
        return code, text


class _Line(_Heard, smtplib.SMTP):
    pass


class _TLSLine(_Heard, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    @property
    def connection_class(self):
        return _TLSLine if self.use_ssl else _Line


class Courier:
    """Carries mails over one connection, opened anew when it was lost.

    Before each mail ask `ready()`; after `patience` lost mails in a row it says no, so that a mail server in trouble
    is left alone and the mails behind it keep their attempts.
    """

    patience = 3

    def __init__(self):
        self._backend = _Backend()
        self._lost_in_a_row = 0

    def ready(self):
        """Whether a mail can be handed over now; opens the connection when there is none."""
        if self._lost_in_a_row >= self.patience:
            return False
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("The mail server cannot be reached: %s", type(error).__name__)
            return False
        return True

    def send(self, email, message):
        """Hand over one message (bytes) and return the server's answer; raises Later, Refused or InDoubt."""
        line = self._backend.connection
        line.in_doubt = False
        try:
            line.sendmail(sender_address(), [ascii_address(email.to)], message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            self._after_an_answer(code)
            _judge(code, text, said_about_the_address=True)
        except smtplib.SMTPDataError as error:
            self._after_an_answer(error.smtp_code)
            _judge(error.smtp_code, error.smtp_error, said_about_the_address=False)
        except smtplib.SMTPResponseException as error:  # of the sender or the greeting: our side, not this mail's
            self._lost()
            raise Later(_line(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._lost()
            raise (InDoubt if line.in_doubt else Later)(f"no answer ({type(error).__name__})") from error
        self._lost_in_a_row = 0
        return line.answer

    def close(self):
        try:
            self._backend.close()
        except (OSError, smtplib.SMTPException):
            self._backend.connection = None

    def _after_an_answer(self, code):
        if code == 421:
            self._lost()
        else:
            self._lost_in_a_row = 0

    def _lost(self):
        self._lost_in_a_row += 1
        self.close()


class Ledger:
    """Where mails end when there is no mail server: each stays in the outbox, to be read there."""

    def ready(self):
        return True

    def send(self, email, message):
        return "kept in the ledger"

    def close(self):
        """Nothing is open."""


def _judge(code, text, *, said_about_the_address):
    """Turn a refusal into Later (4xx) or Refused (5xx).

    The address is dead when the recipient was refused for another reason than policy (x.7.x: we are not welcome,
    which is no fault of the address), or when the answer to the mail itself names the address (x.1.x, x.2.1).
    """
    answer = _line(code, text)
    if 400 <= code < 500:
        raise Later(answer)
    enhanced = re.match(r"\d{3} 5\.(\d+\.\d+)", answer)
    detail = enhanced[1] if enhanced else ""
    names_the_address = detail.startswith("1.") or detail == "2.1"
    dead = names_the_address or (said_about_the_address and not detail.startswith("7."))
    raise Refused(answer, address_is_dead=dead)


def _line(code, text):
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join(f"{code} {text}".split()).replace("\x00", "")[:500]
