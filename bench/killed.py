"""`python -m bench.killed`: a thousand digests, four senders, two schedulers; senders are killed (SIGKILL) ten times.

What must hold: no digest is taken twice by the mail server, and everything that was to be told was told, or waits for
the next digest of a person whose mail is in doubt.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bench import databases, digests
from bench.servers import free_port

COUNT, SENDERS, SCHEDULERS, KILLS = 1_000, 4, 2, 10
PATIENCE = 120  # seconds after the last kill


def main():
    name = databases.copied(f"digests_{COUNT}", lambda made: digests.inside(made, "fill", str(COUNT)))
    digests.inside(name, "tell")
    port = free_port()
    environment = databases.environment(name) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "MAIL_LEASE": "5"}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        taken = Path(folder) / "taken"
        _start(stack, "bench.sink", str(port), str(taken))
        time.sleep(1)
        for _number in range(SCHEDULERS):
            _start(stack, "bench.digests", "schedule", environment=environment)
        senders = [_sender(stack, environment) for _number in range(SENDERS)]
        time.sleep(2)
        kills = 0
        while kills < KILLS and not _is_done(name):
            time.sleep(random.uniform(0.05, 0.3))
            victim = random.randrange(SENDERS)
            senders[victim].kill()
            senders[victim].wait()
            senders[victim], kills = _sender(stack, environment), kills + 1
        last = time.monotonic()
        while not _is_done(name):
            if time.monotonic() > last + PATIENCE:
                sys.exit("not done in time")
            time.sleep(0.2)
        spent = time.monotonic() - last
        print(json.dumps({"kills": kills, "seconds after the last": round(spent, 1), **_judged(name, taken)}, indent=1))


def _start(stack, *command, environment=None):
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=databases.BASE, env=environment or os.environ)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def _sender(stack, environment):
    process = subprocess.Popen(
        [*databases.MANAGE, "send_due_mail", "--every", "0.1"],
        cwd=databases.BASE,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def _ask(name, statement):
    with psycopg.connect(databases.address(name)) as connection:
        return connection.execute(statement).fetchall()


def _is_done(name):
    states = dict(_ask(name, "SELECT state, count(*) FROM notifications_email GROUP BY state"))
    return sum(states.values()) >= COUNT and not states.keys() & {"queued", "sending"}


def _judged(name, taken):
    """Counts of what became of the digests and of what they were to tell."""
    seen = Counter(taken.read_text().split())
    states = dict(_ask(name, "SELECT state, count(*) FROM notifications_email GROUP BY state"))
    waiting = _ask(
        name,
        """
        SELECT count(*) FILTER (WHERE mail.state = 'unknown'),
               count(*) FILTER (WHERE mail.state <> 'unknown' OR mail.id IS NULL)
        FROM notifications_notification row LEFT JOIN notifications_email mail ON mail.id = row.digest_id
        WHERE row.told_at IS NULL""",
    )[0]
    return {
        "digests": sum(states.values()),
        "sent": states.get("sent", 0),
        "in doubt": states.get("unknown", 0),
        "taken by the server": sum(seen.values()),
        "taken twice": sum(count - 1 for count in seen.values()),
        "sent but not taken": max(states.get("sent", 0) - len(seen), 0),
        "things of mails in doubt, for the next digest": waiting[0],
        "things lost": waiting[1],
    }


if __name__ == "__main__":
    main()
