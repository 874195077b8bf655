"""Whatever is typed: valid, or an error in the form; never an exception."""

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.forms import CloseForm, PersonForm
from accounts.models import User
from actors.forms import CanForm, ClaimForm, CodeForm, DetailsForm, EditForm, SeekForm, StartForm, WhereForm
from actors.models import Actor
from tests.factories import make_actor, make_area, make_municipality, make_theme, make_user

ANYTHING = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(), max_size=300),
    st.from_regex(r"[0-9]{6}[- +]?[0-9]{4}", fullmatch=True),
    st.from_regex(r"https?://[a-z\[\]:@.%]{1,20}", fullmatch=True),
    st.from_regex(r"[a-z.]{1,9}@[a-zåäö.-]{1,20}", fullmatch=True),
    st.sampled_from(
        ["", "\x00", "0", "-1", "1", "9" * 40, "sme", "\ud800", "١٢٣", "２３２１００００８１", "NaN", "\u202e"]
    ),
)
PLAIN = [StartForm, DetailsForm, CodeForm, ClaimForm]
PROFILE = [CanForm, SeekForm, WhereForm, EditForm]
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answers(form):
    """Fill every field, judge, and show the form again."""
    assert form.is_valid() or form.errors
    return str(form)


@pytest.mark.parametrize("form_class", PLAIN)
@MANY
@given(data=st.data())
def test_plain_forms(form_class, data):
    typed = {name: data.draw(ANYTHING, label=name) for name in form_class.base_fields}

    assert answers(form_class(_post(typed)))


def _post(values):
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    for key, value in values.items():
        query.setlist(key, value if isinstance(value, list) else [value])
    return query


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", PROFILE)
@MANY
@given(data=st.data())
def test_profile_forms_also_save(form_class, data):
    actor = Actor.objects.first() or make_actor(areas=[make_area()], themes=[make_theme()])
    if not actor.municipality:
        Actor.objects.update(municipality=make_municipality())
    typed = {name: data.draw(ANYTHING, label=name) for name in form_class.base_fields}

    form = form_class(
        _post(typed | {"version": data.draw(st.sampled_from(["1", "x", "-1", "9" * 30]))}), instance=actor
    )

    assert answers(form)
    if form.is_valid():
        form.save()


@pytest.mark.django_db
@MANY
@given(name=ANYTHING, language=ANYTHING, email=ANYTHING)
def test_account_forms(name, language, email):
    user = User.objects.first() or make_user()
    form = PersonForm(_post({"name": name, "language": language}), instance=user)

    assert answers(form)
    if form.is_valid():
        form.save()
    assert answers(CloseForm(_post({"email": email}), user=user))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["registration_start", "registration_details"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=ANYTHING, other=ANYTHING)
def test_pages_never_break(client, name, typed, other):
    with translation.override("en"):
        client.post(reverse("registration_start"), {"query": "Kalles", "new": "1"})
        sent = {key: typed for key in ("query", "name", "organisation_number", "person")} | {
            "email": other,
            "kind": other,
        }
        sent = {key: value.encode("utf-8", "replace").decode() for key, value in sent.items()}
        assert client.post(reverse(name), sent).status_code in {200, 302, 429}
