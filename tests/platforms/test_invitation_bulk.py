"""Many invitations at once: whatever is pasted is read or told with its line; who and how many before anything goes."""

import contextlib
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Email, EmailState, Suppression
from platforms.actions import addresses, invitations
from platforms.actions.addresses import NO_ADDRESS, NOT_AN_ADDRESS, Person
from platforms.actions.invitations import Result
from platforms.forms.invitations import NOBODY
from platforms.forms.people import FILE_TOO_LARGE
from platforms.models import Space, SpaceInvitation
from platforms.views import invitations as views
from tests.actors.test_forms import MANY
from tests.factories import make_actor, make_partnership, make_space, make_user, verified
from tests.platforms.doorway import ADDRESS, make_invitation

EVA, BO = "eva@havsprov.example", "bo@xn--smgl-qoa.example"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def space(db):
    return make_space("Living Bays", coordinator=verified(make_user(name="Cora", language="en")))


@pytest.fixture
def cora(space, client):
    user = space.members.get().user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "people"),
    [
        (f"Eva Ek <{EVA}>", [(1, EVA, "Eva Ek")]),
        (f"{EVA}\r\n\r\n{BO}", [(1, EVA, ""), (3, BO, "")]),
        (f"Eva Ek <{EVA}>; Bok, Bo <{BO}>", [(1, EVA, "Eva Ek"), (1, BO, "Bok, Bo")]),
        (f'"Ek, Eva" <{EVA.upper()}>, {BO}', [(1, EVA, "Ek, Eva"), (1, BO, "")]),
        (f"{EVA},{BO};", [(1, EVA, ""), (1, BO, "")]),
        (f"'{EVA}' <{EVA}>", [(1, EVA, "")]),
        (f"Eva Ek <mailto:{EVA}>", [(1, EVA, "Eva Ek")]),
        (f"Eva Ek\t{EVA}\tBTH", [(1, EVA, "Eva Ek")]),
        (f"{EVA};Eva;Ek", [(1, EVA, "Eva Ek")]),
        (f"Namn;E-post\nEva;{EVA}\n;;\n", [(2, EVA, "Eva")]),
        (f"Förnamn,Efternamn,Mejl\nEva,Ek,{EVA}", [(2, EVA, "Eva Ek")]),
        ("", []),
    ],
)
def test_what_people_paste(text, people):
    assert addresses.read(text) == [Person(*one) for one in people]


def test_what_cannot_be_read_is_told_with_its_line():
    found = addresses.read(f"{EVA}\nEva Ek\neva@\n@\neva@havs prov.example\n{'a' * 250}@x.example")

    assert [(one.line, one.problem) for one in found] == [
        (1, ""),
        (2, NO_ADDRESS),
        (3, NOT_AN_ADDRESS),
        (4, NOT_AN_ADDRESS),
        (5, NOT_AN_ADDRESS),
        (6, addresses.TOO_LONG),
    ]


def test_reading_stops_at_the_limit():
    assert len(addresses.read("\n".join(f"a{n}@x.example" for n in range(500)))) == 500
    with pytest.raises(addresses.TooMany):
        addresses.read("\n".join(f"a{n}@x.example" for n in range(501)))


@pytest.mark.parametrize("piece", ["a", "@", "<", " ", ",", "mailto:", "a@b.se ", "mailto: ", "\t", '"'])
def test_a_long_text_takes_no_longer_than_its_length(piece):
    start = time.process_time()
    with contextlib.suppress(addresses.TooMany):
        addresses.read(piece * (addresses.LONGEST_TEXT // len(piece)))

    assert time.process_time() - start < 5


PIECES = st.one_of(
    st.sampled_from([EVA, BO, "<", ">", ";", ",", "\n", "\r\n", "\t", '"', "'", "@", " ", "mailto:", "Eva", "e-post"]),
    st.text(max_size=12),
    st.emails(),
)


@MANY
@given(pieces=st.lists(PIECES, max_size=40))
def test_never_an_exception_and_every_at_sign_is_found_or_told(pieces):
    text = "".join(pieces)
    found = addresses.read(text)

    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        told = [one for one in found if one.line == number]
        assert bool(told) or "@" not in line
        assert all(one.problem or "@" in one.email for one in told)
    assert all(len(one.email) <= 300 and len(one.name) <= 120 for one in found)


@pytest.mark.django_db
@MANY
@given(pieces=st.lists(PIECES, max_size=20))
def test_whatever_is_pasted_can_be_judged_and_sent(pieces):
    space = Space.objects.first() or make_space()
    people = addresses.read("".join(pieces))

    judged = invitations.judge(space, people)
    counts = invitations.invite(space, by=space.members.first().user, people=people, role="member", language="sv")

    assert [one.person for one in judged] == people
    assert sum(counts.values()) == len(people)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_ways_that_excel_writes(encoding):
    assert addresses.read(addresses.decoded(f"Namn;Mejl\nÅsa Öst;{EVA}".encode(encoding))) == [
        Person(2, EVA, "Åsa Öst")
    ]


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_each_row_has_its_result(space):
    member = verified(make_user("member@example.org"))
    space.members.create(user=member)
    make_invitation(space, email="invited@example.org")
    make_invitation(space, email="no@example.org", state="declined")
    make_invitation(email="elsewhere@example.org")
    Suppression.objects.create(address="gone@example.org")
    text = (
        "new@example.org\nmember@example.org\ninvited@example.org\nno@example.org\ngone@example.org\nnew@example.org\n"
    )

    judged = invitations.judge(space, addresses.read(text + "elsewhere@example.org\nbroken"))

    assert [(one.person.line, one.result) for one in judged] == [
        (1, Result.NEW),
        (2, Result.MEMBER),
        (3, Result.INVITED),
        (4, Result.DECLINED),
        (5, Result.BOUNCED),
        (6, Result.TWICE),
        (7, Result.NEW),
        (8, Result.BROKEN),
    ]


@pytest.mark.parametrize("flags", [{}, {"again": "on"}, {"declined": "on"}])
def test_those_invited_and_those_who_said_no_get_a_mail_only_when_asked_for(client, space, cora, flags):
    make_invitation(space, email="invited@example.org")
    make_invitation(space, email="no@example.org", state="declined")
    text = "new@example.org\ninvited@example.org\nno@example.org"

    client.post(reverse("invitation_new", args=[space.slug]), _typed(text) | flags | {"do": "send"})

    extra = {"again": {"invited@example.org"}, "declined": {"no@example.org"}}
    wanted = {"new@example.org"}.union(*(extra[flag] for flag in flags))
    assert set(Email.objects.values_list("to", flat=True)) == wanted


# ── The pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _typed(text, **more):
    return {"people": text, "role": "member", "language": "en", "line": "Come!", "do": "look", **more}


def test_one_sees_who_and_how_many_before_anything_is_sent(client, space, cora):
    make_invitation(space, email="invited@example.org")
    page = client.post(
        reverse("invitation_new", args=[space.slug]), _typed(f"Eva Ek <{EVA}>\ninvited@example.org\nnobody")
    ).content.decode()

    assert "1 mail to send" in page
    assert "Send 1 invitation" in page
    assert str(NO_ADDRESS) in page
    assert "Send again to those who are invited already (1)" in page
    assert (SpaceInvitation.objects.count(), Email.objects.count()) == (1, 0)


def test_sending_says_what_became_of_each(client, space, cora):
    page = client.post(
        reverse("invitation_new", args=[space.slug]), _typed(f"Eva Ek <{EVA}>\n{EVA}\nx", do="send"), follow=True
    ).content.decode()

    assert "1 invitation is on its way." in page
    assert "Not sent: 1 stands further up already, 1 cannot be read." in page
    row = SpaceInvitation.objects.get()
    assert (row.name, row.email, row.line, row.by, row.role) == ("Eva Ek", EVA, "Come!", cora, "member")


def test_going_back_keeps_what_was_typed(client, space, cora):
    page = client.post(
        reverse("invitation_new", args=[space.slug]), _typed(f"Åsa <{EVA}>", do="change")
    ).content.decode()

    assert "Åsa &lt;" + EVA in page
    assert "Come!" in page


def test_a_file_becomes_text_that_a_mistake_does_not_lose(client, space, cora):
    file = SimpleUploadedFile("people.csv", f"Namn;Mejl\nÅsa Öst;{EVA}\n".encode("cp1252"))
    page = client.post(
        reverse("invitation_new", args=[space.slug]), _typed("", role="king", file=file)
    ).content.decode()

    assert f"Åsa Öst;{EVA}" in page
    assert 'role="alert"' in page
    assert Email.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"people": ""}, NOBODY),
        ({"file": SimpleUploadedFile("x.csv", b"a" * 200_001)}, FILE_TOO_LARGE),
        ({"file": SimpleUploadedFile("x.csv", b"a" * 21 * 1024 * 1024)}, FILE_TOO_LARGE),
        ({"people": "a@x.example\n" * 501}, "At most 500 addresses"),
        ({"role": "superuser"}, "superuser"),
        ({"language": "xx"}, "xx"),
    ],
)
def test_a_wrong_form_says_why_and_sends_nothing(client, space, cora, typed, message):
    answer = client.post(reverse("invitation_new", args=[space.slug]), _typed(EVA, do="send") | typed)

    assert answer.status_code == 200
    assert str(message) in answer.content.decode().replace("&quot;", '"')
    assert Email.objects.count() == 0


def test_people_are_invited_for_an_organisation_of_the_partnership_only(client, cora, space):
    ours, theirs = make_actor(), make_actor()
    Space.objects.update(partnership=make_partnership(members=[ours]))
    url = reverse("invitation_new", args=[space.slug])
    client.post(url, _typed(EVA, do="send", on_behalf_of=theirs.pk))
    assert SpaceInvitation.objects.count() == 0

    client.post(url, _typed(EVA, do="send", on_behalf_of=ours.pk))
    assert SpaceInvitation.objects.get().on_behalf_of == ours


def test_a_coordinator_sends_a_thousand_a_day_at_most(client, space, cora, monkeypatch):
    monkeypatch.setattr(views, "A_DAY", 2)
    url = reverse("invitation_new", args=[space.slug])
    client.post(url, _typed("a@x.example\nb@x.example", do="send"))

    answer = client.post(url, _typed("c@x.example", do="send"))

    assert answer.status_code == 429
    assert "c@x.example" in answer.content.decode()
    assert SpaceInvitation.objects.count() == 2


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_frozen_space_invites_nobody(client, space, cora, state):
    from tests.platforms.doorway import put

    put(make_invitation(space), state)

    client.post(reverse("invitation_new", args=[space.slug]), _typed("new@x.example", do="send"))

    assert not SpaceInvitation.objects.filter(email="new@x.example").exists()


def test_five_hundred_cost_as_many_queries_as_five(client, space, cora):
    counts = []
    for number in (5, 500):
        text = "\n".join(f"Name {n} <p{number}x{n}@example.org>" for n in range(number))
        for do in ("look", "send"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.post(reverse("invitation_new", args=[space.slug]), _typed(text, do=do))
            counts.append(len(asked))
        client.get(reverse("invitations", args=[space.slug]))  # which shows the message of the sending

    assert counts[:2] == counts[2:]
    assert max(counts) <= 30
    assert SpaceInvitation.objects.count() == Email.objects.count() == 505


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_list_asks_as_often_for_many_as_for_one(client, space, cora, number):
    for n in range(number):
        make_invitation(space, email=f"p{n}@example.org", on_behalf_of=make_actor(), accepted_by=make_user())

    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("invitations", args=[space.slug]))

    assert len(asked) <= 13
    assert page.content.decode().count("people-rows") == 1
    assert len(page.content) < 60_000


def test_the_list_tells_how_far_the_mails_have_come_and_whose_came_back(client, space, cora):
    client.post(reverse("invitation_new", args=[space.slug]), _typed(f"{EVA}\nb@x.example\nc@x.example", do="send"))
    Email.objects.filter(to=EVA).update(state=EmailState.SENT)
    Email.objects.filter(to="b@x.example").update(state=EmailState.FAILED)

    page = client.get(reverse("invitations", args=[space.slug])).content.decode()

    assert 'max="3" value="2"' in page
    assert page.count("The mail came back") == 1
    Email.objects.update(state=EmailState.SENT)
    assert "<progress" not in client.get(reverse("invitations", args=[space.slug])).content.decode()


@pytest.mark.parametrize("query", ["state=nowhere", "page=0", "page=x", "page=101", "other=1", "page=٣"])
def test_an_address_that_no_link_has_is_refused(client, space, cora, query):
    assert client.get(f"{reverse('invitations', args=[space.slug])}?{query}").status_code == 400


def test_the_link_is_shown_to_a_coordinator_who_asks_by_post(client, space, cora):
    row = make_invitation(space)
    url = reverse("invitation_one", args=[space.slug, row.pk])
    assert row.token not in client.get(url).content.decode()

    assert row.token in client.post(url, {"do": "link"}).content.decode()
    assert client.post(url, {"do": "resend"}).status_code == 302
    assert client.post(url, {"do": "revoke"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.sendings) == ("revoked", 2)
    assert row.token not in client.post(url, {"do": "link"}, follow=True).content.decode()
    assert ADDRESS not in client.get(reverse("space_members", args=[space.slug])).content.decode()


def test_nothing_is_sent_again_to_an_address_that_bounces(client, space, cora):
    row = make_invitation(space)
    Suppression.objects.create(address=ADDRESS)

    page = client.post(
        reverse("invitation_one", args=[space.slug, row.pk]), {"do": "resend"}, follow=True
    ).content.decode()

    assert str(invitations.BOUNCES) in page
    assert Email.objects.count() == 0
