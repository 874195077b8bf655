"""The mail server of the outbox's own tests."""

from tests.notifications.conftest import fresh_bell, sink  # noqa: F401 - fixtures
