"""`python -m bench [scenario …] [--actors N …] [--write]`: measure, print the table, write it to the docs."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from bench import databases, driver
from bench.rounds import DRIFT, WrongAnswer
from bench.scenarios import SCENARIOS, Line, Places

PAPER = databases.BASE / "docs" / "performance.md"
START, END = "<!-- figures -->", "<!-- /figures -->"
ONCE = {"growth", "load", "space", "invitations", "signing", "digests"}  # have sizes of their own


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--actors", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the register")
    parser.add_argument("--seconds", type=int, default=2, help="how long each measurement takes (default 2)")
    parser.add_argument("--drift", type=float, default=DRIFT, help="how far the floors of a round may differ (0.15)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    parser.add_argument("--forget", action="store_true", help="drop the kept databases and do nothing else")
    chosen = parser.parse_args()
    if unknown := set(chosen.scenario) - set(SCENARIOS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return chosen


def lines_of(name, places, actors):
    """The lines of one scenario; a wrong answer voids it and is told as its line."""
    try:
        yield from SCENARIOS[name](places, actors)
    except WrongAnswer as error:
        yield Line(name, "void", "", None, str(error))


def row(line, actors):
    mark = {True: "yes", False: "**no**", None: "void"}[line.met]
    size = f"{actors:,}" if actors else ""
    return f"| {line.what} | {size} | {line.measured} | {line.goal} | {mark} | {line.note} |"


def run(chosen):
    """Every line as a Markdown row, printed as soon as it is known."""
    places, rows = Places(chosen.seconds, chosen.drift), []
    try:
        for name in chosen.scenario or SCENARIOS:
            for actors in [None] if name in ONCE else chosen.actors:
                for line in lines_of(name, places, actors):
                    rows.append(row(line, actors))
                    print(rows[-1], flush=True)
    finally:
        places.close()
    return rows


def machine():
    """Processor, cores, memory and load, as figures without them say nothing."""
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = model[0].split(":", 1)[1].strip() if model else platform.machine()
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start"


def versions():
    code = "import django, gunicorn, psycopg; print(django.__version__, gunicorn.__version__, psycopg.__version__)"
    django, gunicorn, psycopg = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    server = databases.ask_version()
    named = f"Python {platform.python_version()}, Django {django}, gunicorn {gunicorn}, psycopg {psycopg}"
    return f"{named}, PostgreSQL {server}, driver: {driver.name()}"


def paper(rows, head):
    columns = "| what | actors | measured: median of the rounds (lowest–highest) | goal | met | note |"
    return "\n".join([START, *head, "", columns, "|---|---|---|---|---|---|", *rows, END])


def write(text):
    old = PAPER.read_text()
    before, after = old.split(START)[0], old.split(END)[1]
    PAPER.write_text(before + text + after)


def main():
    chosen = arguments()
    if chosen.forget:
        databases.forget()
        return
    start = time.perf_counter()
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True, cwd=databases.BASE).strip()
    now = datetime.datetime.now(datetime.UTC)
    head = [f"Measured {now:%Y-%m-%d %H:%M} UTC at commit {commit}.", machine(), versions()]
    subprocess.run(
        [*databases.MANAGE, "collectstatic", "--noinput", "--verbosity", "0"],
        env=databases.environment(databases.region()),
        check=True,
    )
    rows = run(chosen)
    head = [f"{text}  " for text in (*head, f"The run took {(time.perf_counter() - start) / 60:.0f} minutes.")]
    if chosen.write and chosen.drift > DRIFT:
        sys.exit("Not written: with a larger --drift the figures are for orientation only.")
    if chosen.write:
        write(paper(rows, head))
        print(f"written to {PAPER.relative_to(databases.BASE)}")


if __name__ == "__main__":
    main()
