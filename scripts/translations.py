"""Keep the Swedish catalogue whole. Needs GNU gettext; the hub itself does not, its compiled catalogue is committed.

    python scripts/translations.py update          collect the msgids of code and templates into locale/sv
    python scripts/translations.py fill FILE…      write the Swedish of JSON files into it, and compile it
    python scripts/translations.py check           fail on a missing, fuzzy or uncompiled translation

A JSON file is an object {msgid: Swedish}, or {singular msgid: [one, many]}; a msgid with a context is written
"context\\u0004msgid".
"""

import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/sv/LC_MESSAGES/django.po")
NOT_OURS = ("bench", "node_modules", "scripts", "shots", "static", "staticfiles", "tests")
KEYWORD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$')


@dataclass
class Entry:
    """One message of a .po file: its comments as they stand, and its strings by keyword."""

    comments: list = field(default_factory=list)
    strings: dict = field(default_factory=dict)

    @property
    def key(self):
        context = self.strings.get("msgctxt")
        return (context + "\x04" if context else "") + self.strings["msgid"]

    @property
    def is_plural(self):
        return "msgid_plural" in self.strings

    @property
    def is_fuzzy(self):
        return any(line.startswith("#,") and "fuzzy" in line for line in self.comments)

    @property
    def is_translated(self):
        return all(text for keyword, text in self.strings.items() if keyword.startswith("msgstr"))

    def fill(self, swedish):
        """Take the Swedish: a text, or a list of two for a plural; raises ValueError for the wrong one."""
        if self.is_plural != isinstance(swedish, list) or (self.is_plural and len(swedish) != 2):
            raise ValueError(f"{self.key!r} needs {'[one, many]' if self.is_plural else 'one text'}")
        if self.is_plural:
            self.strings |= {"msgstr[0]": swedish[0], "msgstr[1]": swedish[1]}
        else:
            self.strings["msgstr"] = swedish
        self.comments = [line for line in self.comments if not line.startswith("#|")]
        self.comments = [line.replace(", fuzzy", "") for line in self.comments]
        self.comments = [line for line in self.comments if line != "#"]

    def __str__(self):
        return "\n".join(self.comments + [f"{keyword} {quote(text)}" for keyword, text in self.strings.items()])


def quote(text):
    """A C string; one with line breaks starts on the next line, as gettext writes it."""
    parts = [json.dumps(part, ensure_ascii=False) for part in re.findall(r"[^\n]*\n|[^\n]+", text)]
    return "\n".join(['""', *parts]) if len(parts) > 1 else (parts or ['""'])[0]


def read(path):
    """The entries of a .po file, its header first; obsolete ones are left out."""
    entries = []
    for block in path.read_text().split("\n\n"):
        entry, keyword = Entry(), None
        for line in block.splitlines():
            found = KEYWORD.match(line)
            if found:
                keyword = found[1]
                entry.strings[keyword] = json.loads(found[2])
            elif line.startswith('"'):
                entry.strings[keyword] += json.loads(line)
            elif line:
                entry.comments.append(line)
        if "msgid" in entry.strings:
            entries.append(entry)
    return entries


def write(path, entries):
    path.write_text("\n\n".join(map(str, entries)) + "\n")


def make_messages(folder):
    """Collect the msgids of the tree in `folder` into its catalogue."""
    ignored = [part for name in NOT_OURS for part in ("--ignore", f"{name}/*")]
    command = [sys.executable, "manage.py", "makemessages", "-l", "sv", "--no-wrap", "--no-obsolete"]
    (folder / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [*command, "--add-location", "file", *ignored],
        cwd=folder,
        env={**os.environ, "S3HUB_NO_BOOTSTRAP": "1"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def compile_catalogue(source, target):
    subprocess.run(["msgfmt", "--check-format", "-o", target, source], check=True)


def words(compiled):
    """What a compiled catalogue holds."""
    with compiled.open("rb") as file:
        catalogue = dict(gettext.GNUTranslations(file)._catalog)
    catalogue.pop("", None)
    return catalogue


def update():
    make_messages(BASE)
    tidy_header(BASE / CATALOGUE)
    compile_catalogue(BASE / CATALOGUE, (BASE / CATALOGUE).with_suffix(".mo"))
    report(missing(BASE / CATALOGUE))


def tidy_header(path):
    """Leave out what changes at every run or names nobody."""
    entries = read(path)
    keep = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
    lines = [line for line in entries[0].strings["msgstr"].split("\n") if line.startswith(keep)]
    lines = ["Language: sv", *lines, "Plural-Forms: nplurals=2; plural=(n != 1);"]
    entries[0].strings["msgstr"] = "".join(f"{line}\n" for line in lines)
    entries[0].comments = ["# Swedish. English is the language of the msgids."]
    write(path, entries)


def missing(path):
    """What is wrong with each entry, as lines."""
    lines = []
    for entry in read(path)[1:]:
        if entry.is_fuzzy or not entry.is_translated:
            where = next((line[3:] for line in entry.comments if line.startswith("#:")), "")
            lines.append(f"{'fuzzy' if entry.is_fuzzy else 'no Swedish'}: {entry.key!r} ({where})")
    return lines


def report(lines):
    print("\n".join(lines) or "Every msgid has its Swedish.")
    return lines


def fill(paths):
    swedish, problems = gather(paths)
    entries = read(BASE / CATALOGUE)
    for entry in entries[1:]:
        if entry.key in swedish:
            try:
                entry.fill(swedish.pop(entry.key))
            except ValueError as error:
                problems.append(str(error))
    write(BASE / CATALOGUE, entries)
    compile_catalogue(BASE / CATALOGUE, (BASE / CATALOGUE).with_suffix(".mo"))
    problems += [f"no such msgid: {key!r}" for key in swedish]
    report(problems + missing(BASE / CATALOGUE))


def gather(paths):
    """One dictionary of all files; a msgid that two files translate differently is told, the first one counts."""
    swedish, problems = {}, []
    for path in paths:
        for key, text in json.loads(Path(path).read_text()).items():
            if swedish.setdefault(key, text) != text:
                problems.append(f"{path}: {key!r} is {swedish[key]!r} elsewhere, not {text!r}")
    return swedish, problems


def check():
    """Collect anew in a copy, so that a msgid which never reached the catalogue is found as well."""
    problems = []
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "copy"
        left_out = shutil.ignore_patterns(".*", "node_modules", "static", "staticfiles", "__pycache__")
        shutil.copytree(BASE, copy, ignore=left_out, symlinks=True)
        (copy / "static").mkdir()
        make_messages(copy)
        problems += missing(copy / CATALOGUE)
        compile_catalogue(BASE / CATALOGUE, copy / "compiled.mo")
        committed = (BASE / CATALOGUE).with_suffix(".mo")
        if not committed.exists() or words(committed) != words(copy / "compiled.mo"):
            problems.append(f"{committed.relative_to(BASE)} is not made from {CATALOGUE}: run translations.py update")
    return report(problems)


def main(arguments):
    verb, *files = arguments or ["--help"]
    if shutil.which("msgfmt") is None or shutil.which("xgettext") is None:
        sys.exit("GNU gettext is missing (Debian and Ubuntu: sudo apt install gettext).")
    if verb == "update":
        update()
    elif verb == "fill" and files:
        fill(files)
    elif verb == "check":
        sys.exit(1 if check() else 0)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
