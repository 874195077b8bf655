"""`manage.py demo` itself: started, used, killed in every way, started again. One checkout for all of it."""

import contextlib
import html
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request

import psycopg
import pytest

from tests.s3hub.process_tree import copy_checkout, find, kill_all, processes_of, wait_for, wait_until_gone

pytestmark = pytest.mark.slow
ENVIRON = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
ENVIRON |= {"S3HUB_NO_BOOTSTRAP": "1", "PYTHONUNBUFFERED": "1"}
PEOPLE = re.compile(r"^ +(curator|company|member) +(\S+@\S+) +(\S+)$", re.MULTILINE)


class Demo:
    """A running demo and what it printed."""

    def __init__(self, checkout, port):
        self.checkout, self.address = checkout, f"http://localhost:{port}"
        self.log = checkout.parent / "printed.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port)],
                cwd=checkout,
                env=ENVIRON,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_for_words("is open after")

    @property
    def printed(self):
        return self.log.read_text()

    def wait_for_words(self, words, seconds=120):
        wait_for(lambda: words in self.printed or self.process.poll() is not None, seconds, words)
        assert words in self.printed, self.printed

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=20) as response:
            return response.read().decode()

    def is_well(self):
        try:
            return '"status": "ok"' in self.get("/health/")
        except OSError:
            return False


class Browser:
    """A person without JavaScript: follows links, keeps cookies, sends a page's form back."""

    def __init__(self, demo):
        self.demo = demo
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.url = self.page = ""

    def open(self, path, fields=None):
        url = urllib.parse.urljoin(self.url or self.demo.address, path)
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(url, data, {"Referer": url})
        with self.opener.open(request, timeout=20) as response:
            self.url, self.page = response.url, response.read().decode()

    def send(self, **fields):
        """Fill in and send the form of the page that has these fields."""
        for form, inside in re.findall(r"<form([^>]*)>(.*?)</form>", self.page, re.DOTALL):
            if all(f'name="{name}"' in inside for name in fields):
                action = re.search(r'action="([^"]*)"', form)
                hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside)
                self.open(html.unescape(action[1]) if action else self.url, {**dict(hidden), **fields})
                return
        raise AssertionError(f"no form with {list(fields)} on {self.url}: {self.page}")


def command(checkout, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=checkout,
        env=ENVIRON,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def name_of(demo, email, new_name=None):
    """A person's name as the demo's database has it; `new_name` changes it first."""
    folder = command(demo.checkout, "shell", "--no-imports", "-c", "from s3hub import embedded; print(embedded.RUN)")
    with psycopg.connect(f"postgresql://s3hub@/s3hub?host={folder.strip()}", autocommit=True) as connection:
        if new_name:
            connection.execute("update accounts_user set name = %s where email = %s", [new_name, email])
        return connection.execute("select name from accounts_user where email = %s", [email]).fetchone()[0]


@pytest.fixture(scope="module")
def demo_at(tmp_path_factory):
    checkout = copy_checkout(tmp_path_factory.mktemp("demo") / "gård 1" / "s3 hub")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    yield lambda: Demo(checkout, port)
    kill_all(checkout)


def test_the_demo_is_used_killed_and_started_again(demo_at):
    demo = demo_at()
    it_can_be_used(demo)
    it_survives_the_death_of_any_part(demo)
    it_leaves_nothing_behind_when_it_is_killed(demo)
    demo = it_starts_again_with_what_it_knew(demo_at)
    it_ends_at_ctrl_c(demo)


def it_can_be_used(demo):
    wait_for(demo.is_well, 60, "the health view says ok")
    assert "<html" in demo.get("/")
    people = {role: (email, password) for role, email, password in PEOPLE.findall(demo.printed)}
    assert set(people) == {"curator", "company", "member"}

    browser = Browser(demo)
    browser.open("/en/admin/")
    browser.send(login=people["curator"][0], password=people["curator"][1])
    code = re.search(r"\b\d{6}\b", command(demo.checkout, "demo_code"))[0]
    browser.send(code=code)
    browser.open("/en/admin/")
    assert people["curator"][0] in browser.page or name_of(demo, people["curator"][0]) in browser.page
    assert browser.url == f"{demo.address}/en/admin/"  # and not the sign-in page


def it_survives_the_death_of_any_part(demo):
    for name, words in {"web": "gunicorn", "worker": "celery -A s3hub worker", "scheduler": "s3hub beat"}.items():
        victims = wait_for(lambda words=words: find(demo.checkout, words), 60, f"{name} runs")
        os.kill(victims[0], signal.SIGKILL)
        demo.wait_for_words(f"The {name} stopped; it was started again.")
    for words in ("keeper.py", "postgres -D", "valkey-server"):
        victims = wait_for(lambda words=words: find(demo.checkout, words), 60, f"{words} runs")
        with contextlib.suppress(ProcessLookupError):  # it was on its way out already
            os.kill(victims[0], signal.SIGKILL)
    wait_for(demo.is_well, 60, "the health view says ok again")


def it_leaves_nothing_behind_when_it_is_killed(demo):
    email = PEOPLE.findall(demo.printed)[1][1]
    name_of(demo, email, "Somebody Else")
    demo.process.kill()
    demo.process.wait()
    wait_until_gone(demo.checkout)


def it_starts_again_with_what_it_knew(demo_at):
    demo = demo_at()
    seconds = float(re.search(r"is open after ([\d.]+) seconds", demo.printed)[1])
    assert seconds < 60  # 2 on a machine that does nothing else
    assert name_of(demo, PEOPLE.findall(demo.printed)[1][1]) == "Somebody Else"
    return demo


def it_ends_at_ctrl_c(demo):
    wait_for(lambda: find(demo.checkout, "s3hub beat"), 60, "all parts run")
    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(60) == 0
    assert "Stopping …\nStopped.\n" in demo.printed
    wait_until_gone(demo.checkout)
    assert processes_of(demo.checkout) == {}
