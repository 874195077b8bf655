"""Whatever goes wrong: the hub's own page, a next step, and never a bare 500."""

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import override

from s3hub.urls import handler400, handler403, handler404, handler500  # noqa: F401 (Django reads them here)
from s3hub.urls import urlpatterns as real
from web import errors


def break_down(request):
    raise RuntimeError("a fault of ours")


def overload(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '20ms'")
        cursor.execute("select pg_sleep(1)")


def refuse(request):
    return errors.too_many(request, seconds=7)


def removed(request):
    return errors.gone(request, "It was merged.")


def plain(request):
    return HttpResponse("fine")


for _view in (break_down, overload, refuse, removed, plain):
    _view.login_required = False
urlpatterns = [
    path("break/", break_down),
    path("break.json", break_down),
    path("overload/", overload),
    path("refuse/", refuse),
    path("removed/", removed),
    path("plain/", plain),
    *real,
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client():
    return Client(raise_request_exception=False, headers={"host": "localhost"})


def shows(response, status):
    html = response.content.decode()
    assert response.status_code == status
    with override("en" if '<html lang="en"' in html else "sv"):  # not in the one that the test before left on
        assert str(errors.TITLES[status]) in html
    assert 'id="main"' in html
    assert html.count("<h1") == 1
    assert 'class="btn"' in html
    return html


@pytest.mark.parametrize(
    ("address", "status"),
    [("/en/no-such-page/", 404), ("/en/a%00b/", 400), ("/en/?q=%00", 400), ("/en/?q=" + "a" * 5000, 400)],
)
@pytest.mark.django_db
def test_a_bad_address_gets_a_page_with_a_next_step(client, address, status):
    shows(client.get(address), status)


def test_a_fault_of_ours_needs_no_database(client):
    html = client.get("/break/").content.decode()

    assert 'id="main"' in html
    assert html.count("<h1") == 1


def test_a_fault_is_told_as_a_problem_to_a_program(client):
    response = client.get("/break.json")

    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 500


def test_even_a_broken_region_gives_an_apology(client, tmp_path):
    with override_settings(REGION=tmp_path):
        response = client.get("/break/")

    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.django_db(transaction=True)
def test_an_overloaded_database_is_503_and_says_when_to_come_back(client):
    response = client.get("/overload/")

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_limit_and_a_removed_page_have_their_own_status(client):
    limited, gone = client.get("/refuse/"), client.get("/removed/")

    assert (limited.status_code, limited["Retry-After"]) == (429, "7")
    assert gone.status_code == 410
    assert "It was merged." in gone.content.decode()


@pytest.mark.django_db
def test_who_asks_for_json_gets_a_problem(client):
    response = client.get("/en/no-such-page/", headers={"accept": "application/json"})

    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "status": 404,
        "title": "There is no such page",
        "detail": "",
    }


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained():
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    response = client.post("/en/contact/", {"about": "other", "message": "Hello"})

    assert response.status_code == 403
    assert "The form could not be sent" in response.content.decode()


def test_every_error_page_speaks_in_both_languages():
    request = RequestFactory().get("/en/x/")
    for status in errors.TITLES:
        html = errors.plain(request, status).content.decode()
        assert '<html lang="en">' in html
        assert str(status) in html


def test_only_a_database_that_gave_up_counts_as_overload():
    assert errors.is_overload(OperationalError()) is True
    assert errors.is_overload(ValueError()) is False


def test_django_calls_our_pages():
    assert settings.CSRF_FAILURE_VIEW == "web.errors.csrf_failure"
