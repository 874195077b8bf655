"""The link of an invitation, in every state, in every hand: one right next step."""

import logging
import re
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import EmailProof, InvitationState, Tally
from notifications import live
from notifications.models import Email, EmailState, Suppression
from notifications.rendering import render
from notifications.sending import send_due
from platforms.actions import NoEntry, doorstep, invitations, members
from platforms.actions.invitations import Unfit
from platforms.models import JoinRequest, Space, SpaceInvitation, SpaceMember, SpaceRole
from s3hub.logs import Lines
from tests.factories import make_space, make_user, verified
from tests.platforms.doorway import ADDRESS, address, age, code_to, invite, make_invitation, put, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


# ── The matrix ───────────────────────────────────────────────────────────────────────────────────────────────────────
# What the page offers: the words of its one primary button, by state of the link and by who holds it.
JOIN, CODE, SWITCH, ENTER = "Join", "Join: send me a code", "Sign out and go on", "Go to the space"
FRESH, ASK, SIGN_IN = "Send a fresh invitation", "Ask to join", "Sign in"
START, MINE = "To the start page", "Go to my page"
WHO = ("anonymous", "anonymous with an account", "unproven", "invited", "other", "member")
MATRIX = {
    "new": (CODE, CODE, CODE, JOIN, SWITCH, ENTER),
    "expired": (FRESH, FRESH, FRESH, FRESH, FRESH, ENTER),
    "orphaned": (SIGN_IN, SIGN_IN, MINE, ASK, MINE, ENTER),
    "paused": (START, START, MINE, MINE, MINE, ENTER),
    "closed": (START, START, MINE, MINE, MINE, ENTER),
    "accepted": (SIGN_IN, SIGN_IN, MINE, MINE, MINE, ENTER),
    "declined": (SIGN_IN, SIGN_IN, MINE, ASK, MINE, ENTER),
    "forwarded": (START, START, MINE, MINE, MINE, ENTER),
    "revoked": (START, START, MINE, MINE, MINE, ENTER),
}
CELLS = [(state, who, button) for state, row in MATRIX.items() for who, button in zip(WHO, row, strict=True)]
# What every POST that a page could send does, where it does anything: (state, who, do) → what has changed.
EFFECTS = {
    ("new", "anonymous", "code"): "code sent",
    ("new", "anonymous with an account", "code"): "code sent",
    ("new", "unproven", "code"): "code sent",
    ("new", "invited", "accept"): "in",
    ("new", "other", "switch"): "signed out",
    ("new", "other", "ask"): "asked",
    ("expired", "anonymous", "fresh"): "sent again",
    ("expired", "anonymous with an account", "fresh"): "sent again",
    ("expired", "unproven", "fresh"): "sent again",
    ("expired", "invited", "fresh"): "sent again",
    ("expired", "other", "fresh"): "sent again",
    ("orphaned", "invited", "ask"): "asked",
    ("declined", "invited", "ask"): "asked",
}
DOINGS = ("", "accept", "code", "prove", "again", "over", "switch", "ask", "fresh", "nonsense")


def main_of(answer):
    return re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]


def primary_buttons(answer):
    found = re.findall(r'<(?:a|button) class="btn"[^>]*>(.*?)</', main_of(answer))
    return [re.sub(r"\s+", " ", text).strip() for text in found]


def everything():
    """All that an answer to an invitation could change."""
    rows = SpaceInvitation.objects.order_by("pk").values_list("state", "sendings", "expires_at", "accepted_by")
    return (
        list(rows),
        SpaceMember.objects.count(),
        JoinRequest.objects.count(),
        list(Email.objects.order_by("pk").values_list("template", flat=True)),
    )


@pytest.mark.parametrize(("state", "who", "button"), CELLS)
def test_every_state_in_every_hand_leads_to_one_next_step(state, who, button):
    invitation = make_invitation()
    client, _user = visitor(who, invitation)
    put(invitation, state)

    before = everything()
    answer, head = client.get(address(invitation)), client.head(address(invitation))

    assert (answer.status_code, head.status_code) == (200, 200)
    assert primary_buttons(answer) == [button]
    assert len(re.findall("<h1", main_of(answer))) == 1
    assert everything() == before


@pytest.mark.parametrize(("state", "who", "button"), CELLS)
def test_a_post_does_what_the_page_offers_and_nothing_else(state, who, button):
    for do in DOINGS:
        SpaceInvitation.objects.all().delete()
        Space.objects.all().delete()
        Email.objects.all().delete()
        invitation = make_invitation(email=f"{do or 'none'}@havsprov.example")
        client, user = visitor(who, invitation) if who != "other" and who != "member" else _other(who, invitation)
        put(invitation, state)
        before = everything()

        answer = client.post(address(invitation), {"do": do, "name": "Eva Ek", "code": "BCDF-GHJK"})

        assert answer.status_code in (200, 302), (state, who, do)
        assert _effect(before, client, user) == EFFECTS.get((state, who, do), ""), (state, who, do)


def _other(who, invitation):
    user = verified(make_user())
    if who == "member":
        SpaceMember.objects.create(space=invitation.space, user=user)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user


def _effect(before, client, user):
    """What has changed, in a word; "" when nothing has."""
    after = everything()
    if after == before:
        return "signed out" if user and client.cookies and "_auth_user_id" not in client.session else ""
    (rows, people, asked, mails), (rows_then, people_then, asked_then, mails_then) = after, before
    if people == people_then + 1 and rows[0][0] == "accepted":
        return "in"
    if asked == asked_then + 1 and rows == rows_then:
        return "asked"
    if rows[0][1] == rows_then[0][1] + 1 and mails == [*mails_then, "space_invitation"]:
        return "sent again"
    return "code sent" if mails == [*mails_then, "registration_code"] and rows == rows_then else str(after)


@pytest.mark.parametrize(("state", "who", "_button"), CELLS)
def test_a_stranger_reads_no_name_of_a_dead_invitation_and_never_the_address(state, who, _button):
    invitation = make_invitation(name="Eva Ek")
    client, _user = visitor(who, invitation)
    put(invitation, state)

    page = main_of(client.get(address(invitation)))

    names = {"space": "Living Bays" in page, "address": ADDRESS in page}
    assert names == {"space": state == "new" or who == "member", "address": False}


@pytest.mark.parametrize("state", MATRIX)
def test_whether_there_is_an_account_cannot_be_told(state):
    pages = []
    for who in ("anonymous", "anonymous with an account"):
        SpaceInvitation.objects.all().delete()
        invitation = make_invitation(make_space("Living Bays", coordinator=make_user(name="Cora")))
        client, _user = visitor(who, invitation)
        put(invitation, state)
        page = main_of(client.get(address(invitation))) + main_of(
            client.post(address(invitation), {"do": "code", "name": "E"}, follow=True)
        )
        for change in (invitation.token, str(invitation.space.partnership)):
            page = page.replace(change, "…")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\d\d[.:]\d\d', "", page))

    assert pages[0] == pages[1]


def test_the_table_of_the_code_is_complete():
    assert set(doorstep.TABLE) == {(link, who) for link in doorstep.Link for who in doorstep.Who}


@pytest.mark.parametrize("token", ["x", "A" * 32, "å" * 9, "..", "%00" * 3, "1" * 400])
@pytest.mark.parametrize("name", ["invitation", "invitation_decline", "invitation_pass_on", "meeting"])
def test_a_token_that_never_was_gets_the_same_helpful_page_whatever_it_is(name, token):
    answers = [Client().get(reverse(name, args=[token])), Client().post(reverse(name, args=[token]), {"do": "accept"})]

    for answer in answers:
        assert answer.status_code in (404, 400)  # 400: an address with a null character
        if answer.status_code == 404:
            assert primary_buttons(answer) == ["Sign in to my page"]
            assert "This link does not work" in main_of(answer)


def test_an_accepted_member_who_was_removed_is_let_in_by_no_old_link():
    invitation = make_invitation()
    client, eva = visitor("invited", invitation)
    client.post(address(invitation), {"do": "accept"})
    member = SpaceMember.objects.get(user=eva)
    members.remove(invitation.space, member.pk, by=invitation.by)

    answer = client.post(address(invitation), {"do": "accept"})

    assert primary_buttons(answer) == [MINE]
    assert "Living Bays" not in main_of(answer)
    assert not SpaceMember.objects.filter(user=eva).exists()


# ── Headers, logs ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["invitation", "invitation_decline", "invitation_pass_on"])
def test_the_pages_are_kept_by_nobody_and_their_address_is_told_to_nobody(name):
    answer = Client().get(address(make_invitation(), name))

    found = [answer.headers[key] for key in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
    assert found == ["private, no-store", "strict-origin", "noindex, nofollow"]
    assert 'name="robots" content="noindex' in answer.content.decode()


def test_the_token_stands_in_no_log(caplog):
    token = make_invitation().token
    with caplog.at_level(logging.DEBUG):
        Client().get(f"/en/invitations/{token}/nowhere/")
        Client(enforce_csrf_checks=True).post(f"/en/invitations/{token}/", {"do": "fresh"})
    written = [Lines().format(record) for record in caplog.records]

    assert len([line for line in written if "/invitations/…/" in line or "/invitations/<str:token>/" in line]) >= 2
    assert token not in "".join(written)


def test_the_token_stands_in_no_row():
    invitation = invite(make_space(coordinator=verified(make_user())), ADDRESS)[0]
    token = invitation.token
    with connection.cursor() as cursor:
        for table in ("platforms_spaceinvitation", "notifications_email", "accounts_auditentry"):
            cursor.execute(f"select count(*) from {table} t where t::text like %s", [f"%{token}%"])
            assert cursor.fetchone()[0] == 0


# ── Coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────
def join_as_new(client, invitation, name="Eva Ek", **more):
    client.post(address(invitation), {"do": "code", "name": name, **more})
    return client.post(address(invitation), {"do": "prove", "code": code_to(invitation.email)})


def test_a_new_person_comes_in_by_name_and_code(client):
    invitation = make_invitation(role="observer")

    answer = join_as_new(client, invitation)

    member = SpaceMember.objects.get(user__email=ADDRESS)
    assert answer.url == reverse("space_welcome", args=[invitation.space.slug])
    assert (member.user.name, member.role, member.space) == ("Eva Ek", "observer", invitation.space)
    assert b"Your first ten minutes" in client.get(answer.url).content
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == ("accepted", member.user)


def test_a_code_lets_in_by_its_own_invitation_only(client):
    one, two = make_invitation(), make_invitation(email=ADDRESS)
    client.post(address(one), {"do": "code", "name": "Eva"})
    client.post(address(two), {"do": "code", "name": "Eva"})
    first = Email.objects.filter(template="registration_code").order_by("pk")[0].secret["code"]

    client.post(address(two), {"do": "prove", "code": first})

    assert EmailProof.objects.values("purpose").distinct().count() == 2
    assert not SpaceMember.objects.filter(user__email=ADDRESS).exists()


def test_the_code_of_one_browser_is_of_no_use_in_another(client):
    invitation = make_invitation()
    client.post(address(invitation), {"do": "code", "name": "Eva"})

    Client().post(address(invitation), {"do": "prove", "code": code_to(ADDRESS)})

    assert not SpaceMember.objects.filter(user__email=ADDRESS).exists()


def test_whoever_has_the_link_but_not_the_mailbox_stays_outside():
    invitation = make_invitation()
    stranger = verified(make_user())
    with pytest.raises(Unfit):
        invitations.accept(invitation, by=stranger)
    unproven = make_user(ADDRESS)
    with pytest.raises(Unfit):
        invitations.accept(invitation, by=unproven)
    assert SpaceMember.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in MATRIX if state != "new"])
def test_a_dead_invitation_lets_nobody_in_however_it_is_asked(state):
    invitation = make_invitation()
    eva = verified(make_user(ADDRESS))
    put(invitation, state)

    with pytest.raises(Unfit):
        invitations.accept(invitation, by=eva)
    assert not SpaceMember.objects.filter(user=eva).exists()


def test_revoked_while_the_person_reads(client):
    invitation = make_invitation()
    client.post(address(invitation), {"do": "code", "name": "Eva"})
    invitations.revoke(invitation.space, invitation.pk, by=invitation.by)

    answer = client.post(address(invitation), {"do": "prove", "code": code_to(ADDRESS)})

    assert primary_buttons(answer) == [START]
    assert not SpaceMember.objects.filter(user__email=ADDRESS).exists()


def test_accepting_twice_is_once():
    invitation = make_invitation()
    eva = verified(make_user(ADDRESS))

    assert invitations.accept(invitation, by=eva) == invitations.accept(invitation, by=eva)


def test_two_invitations_at_once_are_two_spaces(client):
    one, two = make_invitation(), make_invitation()
    join_as_new(client, one)

    answer = client.post(address(two), {"do": "accept"})

    assert answer.status_code == 302
    assert set(SpaceMember.objects.filter(user__email=ADDRESS).values_list("space", flat=True)) == {
        one.space_id,
        two.space_id,
    }


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_accepts_give_one_membership():
    invitation = make_invitation()
    eva = verified(make_user(ADDRESS))
    barrier, came = threading.Barrier(20), []

    def accept():
        barrier.wait()
        try:
            came.append(invitations.accept(SpaceInvitation.objects.get(pk=invitation.pk), by=eva).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _one in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(came) == 20
    assert len(set(came)) == 1
    assert SpaceMember.objects.filter(user=eva).count() == 1
    assert invitation.space.activities.filter(verb="joined").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_waits_for_the_coordinator_who_is_just_withdrawing():
    invitation = make_invitation()
    eva = verified(make_user(ADDRESS))
    refused = []

    def accept():
        try:
            invitations.accept(SpaceInvitation.objects.get(pk=invitation.pk), by=eva)
        except Unfit:
            refused.append(eva)
        finally:
            connection.close()

    thread = threading.Thread(target=accept)
    with transaction.atomic():
        invitations.revoke(invitation.space, invitation.pk, by=invitation.by)
        thread.start()
        thread.join(timeout=1)
        assert thread.is_alive()
    thread.join()

    assert refused == [eva]
    assert not SpaceMember.objects.filter(user=eva).exists()


def test_the_second_factor_of_an_account_is_asked_for_before_the_door_opens(client):
    from tests.staff import give_second_factor

    invitation = make_invitation()
    eva = verified(make_user(ADDRESS))
    give_second_factor(eva)

    answer = join_as_new(client, invitation)

    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert not SpaceMember.objects.filter(user=eva).exists()


def test_a_closed_door_of_an_inactive_account_stays_closed(client):
    eva = verified(make_user(ADDRESS, is_active=False))

    join_as_new(client, make_invitation())

    assert not SpaceMember.objects.filter(user=eva).exists()


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_saying_no_needs_a_chosen_reason_and_is_told_to_the_inviter(client):
    invitation = invite(make_space(coordinator=verified(make_user(name="Cora"))), ADDRESS)[0]
    page = address(invitation, "invitation_decline")
    client.post(page, {})
    assert SpaceInvitation.objects.get().state == InvitationState.OPEN

    answer = client.post(page, {"why": "topic", "words": "I do lakes"})

    invitation.refresh_from_db()
    assert (invitation.state, invitation.reason) == ("declined", "It is not my topic: I do lakes")
    assert primary_buttons(answer) == [START]
    mail = Email.objects.get(template="space_invitation_answered")
    assert (mail.to, mail.live) == (invitation.by.email, "platforms.answer")


def test_passing_on_needs_the_mailbox_and_ends_the_old_invitation(client):
    invitation = make_invitation(line="Come!")
    page = address(invitation, "invitation_pass_on")
    colleague = {"do": "name", "name": "Bo Bok", "email": "bo@havsprov.example"}
    client.post(page, colleague)
    assert SpaceInvitation.objects.count() == 1

    client.post(page, {"do": "prove", "code": code_to(ADDRESS)})

    made = SpaceInvitation.objects.get(email="bo@havsprov.example")
    invitation.refresh_from_db()
    assert (invitation.state, made.state, made.forwarded_from) == ("forwarded", "open", invitation)
    assert (made.by, made.role, made.line, made.name) == (invitation.by, "member", "Come!", "Bo Bok")
    assert set(Email.objects.values_list("template", "to")) >= {
        ("space_invitation", "bo@havsprov.example"),
        ("space_invitation_answered", invitation.by.email),
    }


def test_the_invited_person_who_is_signed_in_passes_on_in_one_form():
    invitation = make_invitation()
    client, _eva = visitor("invited", invitation)

    client.post(address(invitation, "invitation_pass_on"), {"do": "name", "name": "Bo", "email": "bo@example.org"})

    assert SpaceInvitation.objects.get(email="bo@example.org").state == InvitationState.OPEN


@pytest.mark.parametrize("fields", [{"role": "coordinator"}, {"forwarded": True}])
def test_what_leads_a_space_and_what_was_passed_on_before_is_not_passed_on(fields):
    space = make_space(coordinator=verified(make_user()))
    first = make_invitation(space, email="first@example.org", state="forwarded")
    values = {"forwarded_from": first} if fields.pop("forwarded", False) else fields
    invitation = make_invitation(space, **values)
    client, _eva = visitor("invited", invitation)

    answer = client.post(address(invitation, "invitation_pass_on"), {"do": "name", "name": "B", "email": "b@x.org"})

    assert answer.url == address(invitation)
    with pytest.raises(Unfit):
        invitations.pass_on(invitation, email="b@x.org", name="B")
    assert not SpaceInvitation.objects.filter(email="b@x.org").exists()


@pytest.mark.parametrize("email", ["in@example.org", "invited@example.org", "new@example.org", "dead@example.org"])
def test_passing_on_tells_nothing_about_who_is_in_or_invited(email):
    space = make_space(coordinator=verified(make_user()), members=[verified(make_user("in@example.org"))])
    make_invitation(space, email="invited@example.org")
    Suppression.objects.create(address="dead@example.org")
    invitation = make_invitation(space)
    client, _eva = visitor("invited", invitation)

    page = client.post(address(invitation, "invitation_pass_on"), {"do": "name", "name": "I", "email": email})

    assert "The invitation is passed on" in page.content.decode()
    assert SpaceInvitation.objects.get(pk=invitation.pk).state == InvitationState.FORWARDED
    told = {"space_invitation_answered", *(["space_invitation"] if email.startswith("new") else [])}
    assert set(Email.objects.values_list("template", flat=True)) == told


def test_a_fresh_mail_goes_to_the_same_address_and_restarts_the_days(client):
    invitation = invite(make_space(coordinator=verified(make_user())), ADDRESS)[0]
    age(invitation, days=9)

    client.post(address(invitation), {"do": "fresh", "email": "thief@example.org"})

    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + timezone.timedelta(days=6)
    assert list(Email.objects.values_list("to", flat=True)) == [ADDRESS, ADDRESS]


def test_fresh_mails_have_a_limit(client):
    invitation = make_invitation()
    for _time in range(5):
        invitation.refresh_from_db()
        age(invitation, days=8)
        client.post(address(invitation), {"do": "fresh"})

    assert Email.objects.filter(to=ADDRESS).count() == 3
    assert Tally.objects.exists()


# ── Mails ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def states():
    return list(Email.objects.order_by("pk").values_list("template", "state"))


def test_a_mail_says_who_invites_to_what_until_when_and_the_ledger_knows_nothing_of_it():
    space = make_space("Living Bays", purpose="Eelgrass", coordinator=verified(make_user(name="Cora")))
    invitation = invite(space, ADDRESS, line="We need your boat.", language="sv")[0]
    mail = Email.objects.get()

    made = render(mail, live=live.read(mail))

    for text in (made.text, made.html):
        assert all(part in text for part in ("Cora", "Living Bays", "Eelgrass", "We need your boat.", invitation.token))
    assert f"/inbjudan/{invitation.token}/" in made.text
    assert made.headers == {"Reply-To": invitation.by.email}
    row = str(list(Email.objects.values()))
    assert not any(part in row for part in ("Living", "Eelgrass", "boat", "Cora", invitation.token))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", [state for state in MATRIX if state != "new"])
def test_who_gets_a_mail_is_decided_when_it_is_sent(state):
    invitation = invite(make_space(coordinator=verified(make_user())), ADDRESS)[0]
    put(invitation, state)

    send_due()

    assert states() == [("space_invitation", EmailState.WITHDRAWN)]


@pytest.mark.django_db(transaction=True)
def test_a_resend_before_the_first_mail_went_out_is_one_mail():
    space = make_space(coordinator=verified(make_user()))
    invitation = invite(space, ADDRESS)[0]
    invitations.resend(space, invitation.pk, by=invitation.by)

    send_due()

    assert states() == [("space_invitation", EmailState.WITHDRAWN), ("space_invitation", EmailState.SENT)]


def test_reminders_come_after_three_days_and_at_most_twice():
    space = make_space(coordinator=verified(make_user()))
    invitation = invite(space, ADDRESS)[0]
    counts = []
    for days in (2, 1, 1, 2):
        SpaceInvitation.objects.update(
            sent_at=SpaceInvitation.objects.get().sent_at - timezone.timedelta(days=days),
            expires_at=timezone.now() + timezone.timedelta(days=1),
        )
        counts.append(invitations.remind(space, by=invitation.by))
    SpaceInvitation.objects.update(sent_at=timezone.now() - timezone.timedelta(days=5))
    counts.append(invitations.remind(space, by=invitation.by))

    assert counts == [0, 1, 0, 1, 0]
    assert Email.objects.filter(to=ADDRESS).count() == 3


@pytest.mark.parametrize("state", [state for state in MATRIX if state != "new"])
def test_nobody_who_has_answered_is_reminded(state):
    space = make_space(coordinator=verified(make_user()))
    invitation = make_invitation(space)
    age(invitation, days=4)
    put(invitation, state)

    assert SpaceInvitation.objects.to_remind().count() == 0


@pytest.mark.parametrize("role", ["member", "observer", None])
def test_only_a_coordinator_invites_and_looks_at_links(role):
    space = make_space(coordinator=verified(make_user()))
    other = make_user()
    invitation = make_invitation(space)
    if role:
        SpaceMember.objects.create(space=space, user=other, role=role)
    for act in (
        lambda: invite(space, "x@example.org", by=other),
        lambda: invitations.resend(space, invitation.pk, by=other),
        lambda: invitations.revoke(space, invitation.pk, by=other),
        lambda: invitations.show_link(space, invitation.pk, by=other),
        lambda: invitations.remind(space, by=other),
    ):
        with pytest.raises(PermissionDenied if role else NoEntry):
            act()


def test_another_spaces_invitation_does_not_exist_here():
    mine, theirs = make_space(coordinator=verified(make_user())), make_invitation()
    leader = mine.members.get().user
    client = Client()
    client.force_login(leader, backend="django.contrib.auth.backends.ModelBackend")

    for do in ("resend", "revoke", "link", ""):
        assert client.post(reverse("invitation_one", args=[mine.slug, theirs.pk]), {"do": do}).status_code == 404
    with pytest.raises(NoEntry):
        invitations.revoke(mine, theirs.pk, by=leader)


def test_a_resend_by_another_coordinator_revives_what_a_former_one_sent():
    space = make_space(coordinator=verified(make_user()))
    invitation = make_invitation(space)
    put(invitation, "orphaned")
    heir = space.members.get(role=SpaceRole.COORDINATOR).user

    invitations.resend(space, invitation.pk, by=heir)

    assert SpaceInvitation.objects.alive().get().by == heir


def test_the_log_names_no_space_no_address_and_no_link():
    space = make_space("Living Bays", coordinator=verified(make_user()))
    invitation = invite(space, ADDRESS)[0]
    invitations.show_link(space, invitation.pk, by=invitation.by)
    invitations.resend(space, invitation.pk, by=invitation.by)
    invitations.revoke(space, invitation.pk, by=invitation.by)

    from accounts.models import AuditEntry

    rows = list(AuditEntry.objects.values())
    assert [row["verb"] for row in reversed(rows)] == [
        "space.invite",
        "space.show_invitation_link",
        "space.resend_invitation",
        "space.revoke_invitation",
    ]
    assert not any(word in str(rows) for word in ("Living", ADDRESS, invitation.token))
