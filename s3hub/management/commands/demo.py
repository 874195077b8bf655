import os
import signal
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from s3hub import (
    demo,
    demo_ability,
    demo_door,
    demo_events,
    demo_matching,
    demo_news,
    demo_portfolio,
    demo_run,
    demo_space,
    embedded,
    processes,
)

SET_UP = 77002  # the advisory lock of two demos that start at once
PATIENCE = 60  # seconds for the first page
WEB = ["gunicorn", "s3hub.wsgi", "--workers", "2", "--threads", "4", "--no-control-socket"]
WORKER = ["celery", "-A", "s3hub", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
BEAT = ["celery", "-A", "s3hub", "beat", "--pidfile="]
QUIET = ["--loglevel", "WARNING"]


class Command(BaseCommand):
    help = "Runs the whole hub on this machine: web, worker, scheduler, and demo data. Ctrl-C stops it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="on this machine only (default 8000)")

    def handle(self, *, port, **options):
        began = float(os.environ.pop("S3HUB_BEGAN", time.time()))
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _interrupt)
        self.children = []
        try:
            self.run(port, began)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        except demo.ForeignDatabase:
            raise CommandError(
                "This database has people of its own: the demo does not make its accounts there."
            ) from None
        except processes.DoesNotStart as error:
            raise CommandError(f"The {error} does not start; {embedded.DATA}/{error}.log says why.") from None
        finally:
            _ignore_signals()
            processes.end(self.children)
        self.stdout.write("Stopped.")

    def run(self, port, began):
        sockets = self.listen(port)
        embedded.DATA.mkdir(mode=0o700, exist_ok=True)
        with one_at_a_time():
            demo.refuse_foreign_database()
            migrate()
            self.start(sockets, port)
            self.fill()
        self.wait_for_web(port)
        self.greet(port, began)
        self.tend()

    def listen(self, port):
        try:
            return processes.listen(port)
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} is taken by another program: choose one with --port, for example --port {port + 1}."
            ) from None

    def start(self, sockets, port):
        """Start the web child first: the others may wait until somebody reads the first page."""
        files = [taken.fileno() for taken in sockets]
        binds = [part for file in files for part in ("--bind", f"fd://{file}")]
        environ = {"DEMO": "1", "SITE_URL": os.environ.get("SITE_URL") or f"http://localhost:{port}"}
        self.children = [
            self.child("web", WEB + binds, environ, files),
            self.child("worker", WORKER + QUIET, environ),
            self.child("scheduler", BEAT + QUIET, environ),
        ]
        self.children[0].start()

    def child(self, name, arguments, environ, files=()):
        log = embedded.DATA / f"{name}.log"
        log.unlink(missing_ok=True)
        return processes.Child(name, arguments, log=log, environ=environ, files=files)

    def fill(self):
        if "load_region" in get_commands():
            call_command("load_region", str(settings.REGION), verbosity=0)
        demo.make_people()
        demo_space.make()
        demo_portfolio.make()
        demo_run.make()
        demo_events.make()
        demo_door.make()
        demo_matching.make()
        demo_news.make()
        demo_ability.make()

    def wait_for_web(self, port):
        end = time.monotonic() + PATIENCE
        while not processes.fetch(port, "/health/", timeout=5):
            self.children[0].start_again_if_dead()
            if time.monotonic() > end:
                raise processes.DoesNotStart("web")
            time.sleep(0.05)
        processes.fetch(port, "/", timeout=20)

    def greet(self, port, began):
        seconds = time.time() - began
        lines = [
            f"http://localhost:{port} is open after {seconds:.1f} seconds. Ctrl-C stops it.",
            "",
            *demo.describe_people(),
            "",
            "Mails go nowhere: read them, with their codes and links, in the administration (/admin/).",
        ]
        self.stdout.write("\n".join(lines))
        for child in self.children[1:]:
            child.start()
        connection.close()

    def tend(self):
        while True:
            time.sleep(0.25)
            if embedded.needed() and not embedded.keeper_lives():
                self.stdout.write("The database servers stopped; starting them again.")
                embedded.ensure()
            for child in self.children:
                if child.start_again_if_dead():
                    self.stdout.write(f"The {child.name} stopped; it was started again.")


@contextmanager
def one_at_a_time():
    """Let a second demo of this checkout wait until the first has set the database up."""
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '60s'")
        cursor.execute("select pg_advisory_lock(%s)", [SET_UP])
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [SET_UP])


def migrate():
    """Bring the database up to date; at a later start there is mostly nothing to do."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _interrupt(*_):
    raise KeyboardInterrupt


def _ignore_signals():
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
