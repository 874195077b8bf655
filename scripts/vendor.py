#!/usr/bin/env python3
"""Fetch the pinned front-end files into static/vendor/ and tests/vendor/: python3 scripts/vendor.py [NAME …]

For developers only, when a version below is changed; the site never needs npm. Each folder gets the licence text and a
`manifest.json` with name, version, licence and the sha384 of every file, which a test compares with what lies there.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FONTS = "5.3.0"
# folder → (name, version, licence, {npm package: {file in the package: name here}})
WANTED = {
    f"static/vendor/ibm-plex-{FONTS}": (
        "IBM Plex (latin)",
        FONTS,
        "OFL-1.1",
        {
            f"@fontsource/ibm-plex-{family}@{FONTS}": {
                **{f"files/{name}": name for name in names},
                **({"LICENSE": "LICENSE"} if family == "sans" else {}),
            }
            for family, names in {
                "sans": ["ibm-plex-sans-latin-400-normal.woff2", "ibm-plex-sans-latin-600-normal.woff2"],
                "sans-condensed": ["ibm-plex-sans-condensed-latin-500-normal.woff2"],
                "serif": ["ibm-plex-serif-latin-400-italic.woff2"],
            }.items()
        },
    ),
    "static/vendor/htmx-2.0.11": (
        "htmx",
        "2.0.11",
        "0BSD",
        {"htmx.org@2.0.11": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}},
    ),
    "tests/vendor/axe-core-4.14.1": (
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        {"axe-core@4.14.1": {"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"}},
    ),
}
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=\S+( \*/)?")


def unpack(package, folder):
    """Let npm fetch one package and unpack it below `folder`; npm checks the registry's own hash."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def sha384(path):
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def vendor(target, name, version, licence, packages):
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for package, files in packages.items():
        with tempfile.TemporaryDirectory() as scratch:
            source = unpack(package, Path(scratch))
            for old, new in files.items():
                (target / new).write_bytes(SOURCE_MAP.sub(b"", (source / old).read_bytes()))
    files = {path.name: sha384(path) for path in sorted(target.iterdir())}
    facts = {"name": name, "version": version, "licence": licence, "packages": sorted(packages), "files": files}
    (target / "manifest.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    for folder, (name, version, licence, packages) in WANTED.items():
        if not sys.argv[1:] or any(wanted in folder for wanted in sys.argv[1:]):
            vendor(ROOT / folder, name, version, licence, packages)
            print(folder)
