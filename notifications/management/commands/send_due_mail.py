"""`manage.py send_due_mail`: the outbox without Redis and Celery."""

from time import sleep

from django.core.management.base import BaseCommand

from notifications import clock, sending


class Command(BaseCommand):
    help = "Send the mail that is due; needs the database and the mail server only."

    def add_arguments(self, parser):
        parser.add_argument("--every", type=float, metavar="SECONDS", help="keep looking, with this pause in between")

    def handle(self, *, every, **options):
        while True:
            clock.queue_due()
            done = sending.send_due()
            if done or not every:
                self.stdout.write(", ".join(f"{state}: {count}" for state, count in done.items()) or "nothing due")
            if not every:
                return
            sleep(every)
