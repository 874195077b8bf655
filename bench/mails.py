"""How many mails a second: the hub's outbox against `M`, the floor of mail, into the same sink.

`python -m bench.mails` runs inside the hub: it sends what is due and prints mails a second.
"""

import contextlib
import os
import subprocess
import sys
import time

from bench import databases
from bench.servers import free_port

COUNT = 500
WARM = 20


@contextlib.contextmanager
def sink():
    """A mail server in a process of its own; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)], cwd=databases.BASE)
    time.sleep(1)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def floor(port):
    command = [sys.executable, "-m", "bench.mail_floor", str(port), str(COUNT)]
    return float(subprocess.check_output(command, cwd=databases.BASE, text=True))


def hub(database, port):
    """Mails a second, and how many were sent."""
    environment = databases.environment(database) | {
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "STATEMENT_TIMEOUT": "60s",
    }
    command = [sys.executable, "-m", "bench.mails"]
    rate, sent = subprocess.check_output(command, env=environment, cwd=databases.BASE, text=True).split()
    return float(rate), int(sent)


def send():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")
    import django  # noqa: PLC0415 - the other half of this module runs outside the hub

    django.setup()
    from notifications import live  # noqa: PLC0415
    from notifications.composing import compose  # noqa: PLC0415
    from notifications.models import Email, EmailState  # noqa: PLC0415
    from notifications.rendering import render  # noqa: PLC0415
    from notifications.sending import send_due  # noqa: PLC0415

    for email in Email.objects.due()[:WARM]:  # the floor sends as many before it counts
        compose(email, render(email, live=live.read(email)))
    start = time.perf_counter()
    sent = send_due(seconds=600)[EmailState.SENT]
    print(sent / (time.perf_counter() - start), sent)


if __name__ == "__main__":
    send()
