from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from actors.region import FolderError, load, read_folder


class Command(BaseCommand):
    help = "Loads a region's folder into the register: all of it, or nothing when a row is wrong."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", default=None, help="the folder (default: settings.REGION)")
        parser.add_argument("--check", action="store_true", help="only check the folder; write nothing")

    def handle(self, *, path, check, verbosity, **options):
        start = perf_counter()
        try:
            folder = read_folder(Path(path or settings.REGION))
        except FolderError as error:
            faults = "\n".join(error.errors)
            raise CommandError(f"{faults}\n" + _("Nothing was loaded.")) from error
        if check:
            self.stdout.write(_("The folder is right."))
            return
        report = load(folder)
        if verbosity:
            self.show(report)
            self.stdout.write(_("Done in %(seconds).1f s.") % {"seconds": perf_counter() - start})

    def show(self, report):
        for name, done in report.kinds.items():
            counts = {
                "new": len(done.new),
                "changed": len(done.changed),
                "same": len(done.same),
                "kept": len(done.kept),
                "gone": len(done.gone),
            }
            line = _("%(new)d new, %(changed)d changed, %(same)d same, %(kept)d kept as edited here, %(gone)d gone")
            self.stdout.write(f"{name}: " + line % counts)
            for key, fields in done.kept.items():
                self.stdout.write("  " + _("kept: %(key)s (%(fields)s)") % {"key": key, "fields": ", ".join(fields)})
            for key in done.removed:
                self.stdout.write("  " + _("removed here, not loaded again: %(key)s") % {"key": key})
            for key, into in done.merged.items():
                text = _("merged here, not loaded: %(key)s (now %(into)s)") % {"key": key, "into": into}
                self.stdout.write("  " + text)
            for key in done.gone:
                self.stdout.write("  " + _("no longer in the folder, left as it is: %(key)s") % {"key": key})
