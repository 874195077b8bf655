"""Load a region of ten thousand actors: the real region's folder with synthetic rows added to its actors."""

import csv
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from bench import databases

DATABASE = "s3hub_bench_load"
REGION = Path(os.environ.get("REGION", databases.BASE / "regions" / "blekinge"))


def enlarge(folder, actors):
    """Repeat the rows of actors.csv until there are `actors`: with names, slugs and no numbers of their own."""
    path = folder / "actors.csv"
    with path.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        columns, rows = reader.fieldnames, list(reader)
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(_copy(rows[index % len(rows)], index // len(rows)) for index in range(actors))


def _copy(row, turn):
    if not turn:
        return row
    unique = {name: f"{row[name]}-{turn}" for name in ("slug", "id", "key") if row.get(name)}
    unique |= {name: f"{row[name]} {turn}" for name in ("name", "legal_name") if row.get(name)}
    unique |= {name: "" for name in row if name in ("organisation_number", "org_number", "orgnr", "unit")}
    return row | unique


def load(actors):
    """Seconds, the loader's highest memory in MiB, and how many actors there are afterwards."""
    databases.drop(DATABASE)
    databases.create(DATABASE)
    databases.manage(DATABASE, "migrate", "--verbosity", "0")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(REGION, Path(scratch) / REGION.name))
        enlarge(folder, actors)
        start = time.perf_counter()
        command = [*databases.MANAGE, "load_region", str(folder)]
        child = subprocess.Popen(command, env=databases.environment(DATABASE), stdout=subprocess.DEVNULL)
        _pid, status, usage = os.wait4(child.pid, 0)
        spent = time.perf_counter() - start
    if status:
        raise SystemExit("load_region failed")
    with psycopg.connect(databases.address(DATABASE)) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM actors_actor").fetchone()
    databases.drop(DATABASE)
    return spent, usage.ru_maxrss / 1024, rows
