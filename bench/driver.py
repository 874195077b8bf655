"""Ask for many pages and time the answers: with wrk where it is installed, else with threads of our own."""

import http.client
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.servers import headers


@dataclass(frozen=True)
class Figure:
    """Times in milliseconds; `rate` in pages a second; `errors` counts answers that were not 2xx or 3xx."""

    median: float
    p95: float
    rate: float
    errors: int = 0


def name():
    return "wrk" if shutil.which("wrk") else "threads"


def measure(server, paths, *, seconds, connections=1, cookie=""):
    """Walk `paths` for `seconds` over `connections` at once."""
    run = _wrk if shutil.which("wrk") else _threads
    return run(server, paths, seconds=seconds, connections=connections, cookie=cookie)


def _wrk(server, paths, *, seconds, connections, cookie):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(paths))
        listed.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
        script = ["-s", str(Path(__file__).parent / "walk.lua"), f"http://127.0.0.1:{server.port}", "--", listed.name]
        done = subprocess.run([*command, *script, *([cookie] if cookie else [])], capture_output=True, text=True)
    line = next((line for line in done.stdout.splitlines() if line.startswith("bench ")), None)
    if line is None:
        raise SystemExit(f"wrk said:\n{done.stdout}{done.stderr}")
    middle, late, requests, duration, errors = map(int, line.split()[1:])
    return Figure(middle / 1e3, late / 1e3, requests / (duration / 1e6), errors)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _walk(server, paths, end, cookie, times, errors):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    turn = 0
    while time.perf_counter() < end:
        start = time.perf_counter()
        connection.request("GET", paths[turn % len(paths)], headers=headers(cookie))
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - start)
        if answer.status >= 400:
            errors.append(answer.status)
        turn += 1
    connection.close()


def _threads(server, paths, *, seconds, connections, cookie):
    times, errors, start = [], [], time.perf_counter()
    arguments = (server, paths, start + seconds, cookie, times, errors)
    crowd = [threading.Thread(target=_walk, args=arguments) for _ in range(connections)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    spent = time.perf_counter() - start
    return Figure(median(times) * 1e3, percentile(times, 0.95) * 1e3, len(times) / spent, len(errors))
