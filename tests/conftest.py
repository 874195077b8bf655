"""What every test stands on: the embedded servers (or those of DATABASE_URL), and a database that knows Swedish."""

import gc
import os

import psycopg
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation

from s3hub import embedded
from tests import emptying
from tests.browser import PATIENCE, Visitor, launch
from tests.chromium import HOW, find_chromium, must_not_skip

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's synchronous interface runs a loop in the test's thread
TEMPLATE = "s3hub_template"
KNOWS_SWEDISH = "select lower('Å') = 'å'"

if embedded.needed():
    embedded.ensure(hasty=True)
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def connect_to(name, **options):
    """Connect to another database of the tests' cluster."""
    server = connections["default"].settings_dict
    where = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
    return psycopg.connect(dbname=name, **{key: value for key, value in where.items() if value}, **options)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Give a cluster with another locale (a foreign one) a template database whose locale folds å, ä and ö."""
    with connect_to("template1") as template1:
        if template1.execute(KNOWS_SWEDISH).fetchone()[0]:
            return
    with connect_to("postgres", autocommit=True) as cluster:
        new = cluster.info.server_version >= 170000
        locale = "locale_provider builtin builtin_locale 'C.UTF-8'" if new else "locale 'C.UTF-8'"
        cluster.execute("select pg_advisory_lock(77001)")
        if not cluster.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
            cluster.execute(f"create database {TEMPLATE} encoding 'UTF8' {locale} template template0")
        cluster.execute("select pg_advisory_unlock(77001)")
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(KNOWS_SWEDISH)
        assert cursor.fetchone()[0], "The test database does not fold Å to å."
        if emptying.is_allowed():
            TransactionTestCase._fixture_teardown = lambda case: emptying.empty_tables()


@pytest.fixture(scope="session", autouse=True)
def files_of_spaces(tmp_path_factory):
    """Files that tests upload lie in a folder of this run."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session", autouse=True)
def static_files_are_fetched_once():
    """A window keeps them, as in the hub itself: for how long it would by itself hangs on how old the checkout is."""
    serve = StaticFilesHandler.serve

    def serve_for_the_day(handler, request):
        answer = serve(handler, request)
        answer["Cache-Control"] = "max-age=86400"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", serve_for_the_day)
        yield


@pytest.fixture(autouse=True)
def first_language():
    """A page in one language leaves it behind in the thread; the next test begins in the site's own."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def empty_cache():
    """Limits and page parts of one test are not those of the next."""
    yield
    cache.clear()


def pytest_collection_finish():
    """What is loaded stays to the end: the garbage collector need not walk through it again in every test."""
    gc.collect()
    gc.freeze()


# ── Order: what takes half a minute is not begun at the end, when the other process has nothing more to do ───────────
def _is_long(item):
    return bool(item.get_closest_marker("slow")) or item.name.startswith("test_walk_")


def long_ones_first(items):
    """The tests that stand on the rows of the migrations come before all that empty the tables; then the long ones."""
    begin = next((place for place, item in enumerate(items) if "live_server" in getattr(item, "fixturenames", [])), 0)
    items[begin:] = sorted(items[begin:], key=lambda item: not _is_long(item))


# ── Browser tests: skipped in one line when there is no Chromium, never in CI ────────────────────────────────────────
def pytest_collection_modifyitems(items):
    long_ones_first(items)
    if find_chromium() is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and item.get_closest_marker("browser") and must_not_skip():
        report.outcome = "failed"
        report.longrepr = f"A browser test was skipped, and CI is set: {HOW}."
    return report


def pytest_terminal_summary(terminalreporter):
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "browser" in r.keywords]
    if skipped:
        terminalreporter.write_line(f"Browser tests skipped: {len(skipped)}. To run them, {HOW}.")


# ── Browser tests: one Chromium for the session, one clean window for each test ──────────────────────────────────────
@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium, live_server, settings):
    """Open a window at the live server: `open_window(viewport=…, color_scheme=…, java_script_enabled=…)`.

    The test fails when any of its windows asked another host, broke the security policy or wrote an error.
    """
    settings.ALLOWED_HOSTS = ["*"]
    windows = []

    def open_one(**options):
        windows.append(Visitor(chromium, live_server.url, **options))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()
    assert [fault for window in windows for fault in window.faults] == []


@pytest.fixture
def browser_page(open_window):
    """A window of 1280 pixels, by day, with scripts; `browser_page.page` is Playwright's page."""
    return open_window()


@pytest.fixture(params=["sv", "en"])
def walk(open_window, request):
    """The guide of a walk of the tour, in each language."""
    from tests.touring import guided

    name = request.node.originalname.removeprefix("test_walk_")
    yield from guided(name, open_window(reduced_motion="reduce"), request.param)
