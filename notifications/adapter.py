"""allauth's mails go through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter


class OutboxAccountAdapter(DefaultAccountAdapter):
    """Sends nothing itself."""
