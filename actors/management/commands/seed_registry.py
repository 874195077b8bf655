from time import perf_counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from actors import seed as registry


class Command(BaseCommand):
    help = "Fills the register with synthetic actors for tests of speed, or removes them again."

    def add_arguments(self, parser):
        parser.add_argument("--actors", type=int, default=10_000, help="how many (default 10,000)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same actors (default 1)")
        parser.add_argument("--clear", action="store_true", help="only remove the synthetic actors")
        parser.add_argument("--force", action="store_true", help="also on a site that is served over https")

    def handle(self, *, actors, seed, clear, force, **options):
        if settings.SECURE and not force:
            raise CommandError("SITE_URL is https: this looks like a real site. Say --force if you mean it.")
        if not 0 <= actors <= 4_000_000:
            raise CommandError("--actors takes 0 to 4,000,000.")
        start = perf_counter()
        done = f"Removed {registry.clear()}" if clear else f"Wrote {registry.seed(actors, seed)}"
        self.stdout.write(f"{done} synthetic actors in {perf_counter() - start:.1f} s.")
