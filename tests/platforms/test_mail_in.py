"""Answers by mail become posts: what is stripped, what is dropped, who is told what, and what the mail server hears."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from smtplib import SMTP
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as configured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from accounts.models import Tally
from notifications import incoming
from notifications.models import Email
from notifications.sending import send_due
from notifications.stripping import strip
from platforms.actions import mail_in, talk
from platforms.actions.mail_in import Outcome
from platforms.actions.talk_mail import reply_address
from platforms.models import LONGEST_POST, Post, Space, SpaceMember, SpaceRole, Thread, Via
from tests.factories import make_space, make_user, verified
from tests.notifications.conftest import fresh_bell, sink  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def takes_answers(settings):
    settings.REPLY_DOMAIN = "reply.example"


def letter(to, text="Yes, I agree.", *, sender="Bo Berg <bo@example.org>", html=None, **headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Re: something"
    message["Message-ID"] = headers.pop("message_id", "<1@example.org>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    if html is not None:
        (message.add_alternative if text is not None else message.set_content)(html, subtype="html")
    return message


@pytest.fixture
def to(first, bo):
    return reply_address(first.thread.pk, bo.pk)


def answers():
    """The reasons that people were told."""
    return list(Email.objects.filter(template="talk_answer").order_by("pk").values_list("to", "context__reason"))


# ── The way in ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_becomes_a_post_of_the_person_for_their_organisation(to, bo):
    assert mail_in.receive(letter(to).as_bytes()) == Outcome.POSTED

    post = Post.objects.get(number=2)
    assert (post.body, post.by, post.via) == ("Yes, I agree.", bo, Via.MAIL)
    assert answers() == []


def test_the_same_mail_twice_is_one_post(to):
    for _ in range(3):
        assert mail_in.receive(letter(to).as_bytes()) == Outcome.POSTED
    mail_in.receive(letter(to, message_id="<2@example.org>").as_bytes())

    assert Post.objects.count() == 3


def test_the_address_holds_whatever_a_mail_server_does_to_its_letters(to):
    assert len(to.partition("@")[0]) <= 64
    assert mail_in.receive(letter("x@example.org").as_bytes(), [to.upper()]) == Outcome.POSTED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda to: re.sub(r"-[a-z2-7]{26}@", "-" + "a" * 26 + "@", to),
        lambda to: to.replace("reply+", "reply+f"),
        lambda to: to.replace("reply.example", "other.example"),
        lambda to: "reply+x@reply.example",
        lambda to: "reply@reply.example",
        lambda to: "",
    ],
)
def test_an_address_that_we_did_not_make_leads_nowhere(to, spoil):
    assert mail_in.receive(letter(spoil(to) or "x@example.org").as_bytes()) == Outcome.NOBODY
    assert Post.objects.count() == 1


def test_the_address_of_one_person_is_no_address_of_another(first, to, eva):
    assert mail_in.receive(letter(to, sender=eva.email).as_bytes()) == Outcome.TOLD
    assert answers() == [("bo@example.org", "other_sender")]


@pytest.mark.parametrize("sender", ["x@example.org", "bo@example.org, eva@example.org", "", "bo@example.org.evil.org"])
def test_only_a_proven_address_of_the_person_posts(to, sender):
    assert mail_in.receive(letter(to, sender=sender or "nobody").as_bytes()) == Outcome.TOLD
    assert (Post.objects.count(), answers()) == (1, [("bo@example.org", "other_sender")])


def test_an_address_that_is_not_proven_does_not_post(to, bo):
    bo.emailaddress_set.update(verified=False)
    assert mail_in.receive(letter(to).as_bytes()) == Outcome.TOLD


def take_out(thread, bo):
    SpaceMember.objects.filter(user=bo).delete()


def make_observer(thread, bo):
    SpaceMember.objects.filter(user=bo).update(role=SpaceRole.OBSERVER)


def close_thread(thread, bo):
    Thread.objects.update(is_closed=True)


def pause(thread, bo):
    Space.objects.update(state="paused")


def move_away(thread, bo):
    eva = thread.by
    talk.move(thread, by=eva, to=make_space(coordinator=eva))


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (take_out, "no_entry"),
        (make_observer, "reads_only"),
        (close_thread, "closed"),
        (pause, "frozen"),
        (move_away, "no_entry"),
    ],
)
def test_who_may_not_write_now_is_told_politely(first, to, bo, meanwhile, reason):
    meanwhile(first.thread, bo)

    assert mail_in.receive(letter(to).as_bytes()) == Outcome.TOLD

    assert (Post.objects.count(), answers()) == (1, [(bo.email, reason)])


@pytest.mark.django_db(transaction=True)
def test_who_was_removed_is_told_nothing_of_the_space(first, to, bo, sink):  # noqa: F811
    take_out(first.thread, bo)
    mail_in.receive(letter(to).as_bytes())
    send_due()

    told = sink.taken[0].message.as_string()
    assert "can no longer write" in told
    assert "buoys" not in told
    assert "discussions/" not in told


@pytest.mark.parametrize(("text", "reason"), [("> all\n> quoted", "empty"), ("x" * (LONGEST_POST + 1), "too_long")])
def test_a_mail_that_makes_no_post_is_told_once(to, bo, text, reason):
    for _ in range(2):
        assert mail_in.receive(letter(to, text).as_bytes()) == Outcome.TOLD
    assert answers() == [(bo.email, reason)]


def test_what_is_attached_is_not_taken_and_the_person_is_told_once(to, bo):
    message = letter(to)
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")

    assert mail_in.receive(message.as_bytes()) == mail_in.receive(message.as_bytes()) == Outcome.POSTED

    assert Post.objects.get(number=2).body == "Yes, I agree."
    assert answers() == [(bo.email, "attachments")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (rejected)"},
        {"Precedence": "bulk"},
        {"Precedence": "Auto_Reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"Content_Type": "multipart/report; report-type=delivery-status; boundary=x"},
    ],
)
def test_what_a_machine_wrote_is_dropped_and_nobody_is_told(to, headers):
    content_type = headers.get("Content_Type")
    message = letter(to, **{name: value for name, value in headers.items() if name != "Content_Type"})
    if content_type:
        message.replace_header("Content-Type", content_type)

    assert mail_in.receive(message.as_bytes()) == Outcome.DROPPED
    assert (Post.objects.count(), Email.objects.count()) == (1, 0)


def test_our_own_mail_coming_back_is_dropped(to):
    assert mail_in.receive(letter(to, sender="noreply@localhost").as_bytes()) == Outcome.DROPPED


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "no"}, {"X_Auto_Response_Suppress": "All"}])
def test_what_a_person_wrote_is_not_dropped(to, headers):
    assert mail_in.receive(letter(to, **headers).as_bytes()) == Outcome.POSTED


def test_a_loop_ends(to, monkeypatch):
    monkeypatch.setattr(mail_in, "MOST_MAILS", 2)
    done = [mail_in.receive(letter(to, message_id=f"<{n}@x.org>").as_bytes()) for n in range(4)]

    assert done == [Outcome.POSTED, Outcome.POSTED, Outcome.DROPPED, Outcome.DROPPED]
    Tally.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert mail_in.receive(letter(to, message_id="<9@x.org>").as_bytes()) == Outcome.POSTED


def test_a_closed_account_has_no_address(to, bo):
    bo.is_active = False
    bo.save()
    assert mail_in.receive(letter(to).as_bytes()) == Outcome.NOBODY


def test_hostile_words_by_mail_are_text(to):
    mail_in.receive(letter(to, "<script>alert(1)</script> **x**").as_bytes())

    assert Post.objects.get(number=2).html == "<p>&lt;script&gt;alert(1)&lt;/script&gt; <strong>x</strong></p>\n"


MESSY = st.one_of(
    st.binary(max_size=400),
    st.builds(
        lambda head, body: b"From: bo@example.org\r\n" + head.encode("utf-8", "replace") + b"\r\n\r\n" + body,
        st.lists(
            st.sampled_from(
                [
                    "To: a@b",
                    "To: =?utf-8?q?=FF?= <a@b>, \x00",
                    "From: <<@>",
                    "Content-Type: multipart/mixed; boundary=x",
                    "Content-Type: text/plain; charset=nonsense",
                    "Content-Type: text/html; charset=utf-7",
                    "Content-Transfer-Encoding: base64",
                    "Content-Transfer-Encoding: x-strange",
                    "Content-Disposition: =?x?=",
                    "Message-ID: <[\ud800]>",
                    "Message-ID: <",
                    "Auto-Submitted: =?utf-8?b?!?=",
                    "Content-Type: text/plain; format=flowed; delsp=yes",
                ]
            ),
            max_size=5,
        ).map("\r\n".join),
        st.binary(max_size=200),
    ),
)


@effort(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=MESSY)
def test_no_mail_makes_an_exception(raw):
    with suppress(incoming.Unreadable):
        strip(incoming.read(raw).text)


@effort(max_examples=200, deadline=None)
@given(
    st.text(max_size=400)
    | st.lists(
        st.sampled_from(["On 1 Jan 2026 10:00", "wrote:", "> x", "From: a", "-- ", "Mvh", "Tack", "", "–––"])
    ).map("\n".join)
)
def test_stripping_never_fails_and_adds_nothing(text):
    assert set(strip(text).split()) <= set(text.split())


@pytest.mark.parametrize(
    "text", ["On " * 13_000, ("Den 1 " + "skrev " * 45 + "\n") * 140, "<div>" * 40_000, "\n" * 40_000, "Mvh " * 10_000]
)
def test_no_text_takes_long(text):
    start = time.monotonic()
    incoming.read(letter("a@b.org", None, html=text).as_bytes())
    strip(text)
    assert time.monotonic() - start < 10


# ── What the mail server hears ───────────────────────────────────────────────────────────────────────────────────────
def command(monkeypatch, raw, *arguments):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(raw)))
    with pytest.raises(SystemExit) as exit_code:
        call_command("receive_mail", *arguments)
    return exit_code.value.code


def test_the_exit_code_says_what_to_do(monkeypatch, to):
    assert command(monkeypatch, letter(to).as_bytes()) == os.EX_OK
    assert command(monkeypatch, letter("x@example.org").as_bytes(), to) == os.EX_OK
    assert command(monkeypatch, letter("reply+x@reply.example").as_bytes()) == os.EX_NOUSER
    assert command(monkeypatch, b"x" * (incoming.MOST_BYTES + 1)) == os.EX_DATAERR


def test_no_more_than_the_limit_is_read(monkeypatch):
    stream = BytesIO(b"x" * (incoming.MOST_BYTES + 1000))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
    with pytest.raises(SystemExit):
        call_command("receive_mail")
    assert stream.tell() == incoming.MOST_BYTES + 1


def test_when_the_database_is_away_the_mail_server_tries_again(monkeypatch, to):
    def away(execute, *args):
        raise DatabaseError

    with connection.execute_wrapper(away):
        assert command(monkeypatch, letter(to).as_bytes()) == os.EX_TEMPFAIL


class Piping:
    """A mail server that hands each mail to the command, as Postfix does."""

    def __init__(self):
        self.codes = []

    async def handle_DATA(self, server, session, envelope):
        name = connection.settings_dict["NAME"]
        setup = (
            "import django, sys; from django.conf import settings; settings.DATABASES['default']['NAME'] = sys.argv[1];"
            "settings.REPLY_DOMAIN = 'reply.example'; django.setup();"
            "from django.core.management import call_command; call_command('receive_mail', *sys.argv[2:])"
        )
        done = subprocess.run(
            [sys.executable, "-c", setup, name, *envelope.rcpt_tos],
            input=envelope.content,
            cwd=configured.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "s3hub.settings", "SECRET_KEY": configured.SECRET_KEY},
            capture_output=True,
            check=False,
        )
        self.codes.append(done.returncode)
        return "250 OK" if done.returncode == 0 else "451 Later" if done.returncode == 75 else "550 No"


@pytest.mark.django_db(transaction=True)
def test_from_the_mail_to_the_post_by_real_servers(sink, first, eva, bo, client):  # noqa: F811
    """Eva speaks to Bo, the worker sends, Bo's mail program answers with a quote, the answer stands on the page."""
    talk.write(first.thread, by=eva, body="@Bo Berg, what do you think?")
    send_due()
    mail = sink.taken[0].message
    asked = mail.get_body(("plain",)).get_content()
    quote = "".join(f"> {line}\n" for line in asked.splitlines())
    answer = letter(
        mail["Reply-To"], f"Good idea!\n\nOn Tue, Nov 24, 2026 at 10:00 AM Hub <a@b.example> wrote:\n\n{quote}"
    )
    piping = Piping()
    server = Controller(piping, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with SMTP("127.0.0.1", server.port) as line:
            line.send_message(answer, bo.email, [mail["Reply-To"]])
    finally:
        server.stop()

    assert piping.codes == [os.EX_OK]
    assert Post.objects.get(number=3).body == "Good idea!"
    client.force_login(eva)
    page = client.get(first.thread.get_absolute_url()).content.decode()
    assert "Good idea!" in page
    assert "by mail" in page


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ── What mail programs send ──────────────────────────────────────────────────────────────────────────────────────────
ADDRESS = "reply+61-9c-w6ieybm4hguzmmiich3hchs6vx@svar.example"
HUB = f"Innovationshubben <{ADDRESS}>"
OURS = (
    "––– Skriv ditt svar ovanför den här raden –––\n\nEva Ek, Bay Works\ni ”Bojarna”, Levande vikar\n\nVad tycker du?"
)
QUOTED = "\n".join(f"> {line}" for line in OURS.splitlines())
OWN = "Ja, det gör vi.\n\nSå här:\n- först mäta\n- sedan flytta"

PROGRAMS = {
    "Outlook, Swedish": (
        f"{OWN}\n\nMed vänlig hälsning\nBo Berg\nHavschef\n\nFrån: {HUB}\n"
        f"Skickat: den 24 november 2026 10:12\nTill: Bo Berg <bo@example.org>\nÄmne: Eva Ek har skrivit\n\n{OURS}"
    ),
    "Outlook, English": (
        f"{OWN}\n\nKind regards,\nBo Berg\n\n________________________________\nFrom: {HUB}\n"
        f"Sent: Tuesday, November 24, 2026 10:12 AM\nTo: Bo Berg <bo@example.org>\nSubject: Eva Ek\n\n{OURS}"
    ),
    "Outlook for iOS": (
        f"{OWN}\n\nHämta Outlook för iOS<https://aka.ms/o0ukef>\n________________________________\n"
        f"Från: {HUB}\nSkickat: tisdag 24 november 2026 10:12:00\nTill: Bo Berg\nÄmne: Eva\n\n{OURS}"
    ),
    "Outlook, bold names": (
        f"{OWN}\n\n*Från:* {HUB}\n*Skickat:* den 24 november 2026 10:12\n*Till:* Bo\n*Ämne:* Eva\n\nVad tycker du?"
    ),
    "Outlook, old": f"{OWN}\n\n-----Ursprungligt meddelande-----\nFrån: Innovationshubben\nSkickat: i dag\n\n{OURS}",
    "Gmail, Swedish": f"{OWN}\n\nDen tis 24 nov. 2026 kl 10:12 skrev Innovationshubben <\n{ADDRESS}>:\n\n{QUOTED}",
    "Gmail, English": f"{OWN}\n\nOn Tue, Nov 24, 2026 at 10:12 AM Innovationshubben <\n{ADDRESS}> wrote:\n\n{QUOTED}",
    "Gmail, signature": (f"{OWN}\n\n-- \nBo Berg\nSea AB\n\nDen tis 24 nov. 2026 kl 10:12 skrev {HUB}:\n\n{QUOTED}"),
    "Apple Mail, Swedish": f"{OWN}\n\n/Bo\n\n> 24 nov. 2026 kl. 10:12 skrev {HUB}:\n> \n{QUOTED}",
    "Apple Mail, English": f"{OWN}\n\n> On 24 Nov 2026, at 10:12, {HUB} wrote:\n> \n{QUOTED}",
    "iPhone": f"{OWN}\n\nSkickat från min iPhone\n\n> 24 nov. 2026 kl. 10:12 skrev {HUB}:\n> \n{QUOTED}",
    "Thunderbird, Swedish": f"{OWN}\n\nDen 2026-11-24 kl. 10:12, skrev Innovationshubben:\n{QUOTED}",
    "Thunderbird, English": f"{OWN}\n\nOn 2026-11-24 10:12, Innovationshubben wrote:\n{QUOTED}",
    "German": f"{OWN}\n\nAm 24.11.2026 um 10:12 schrieb {HUB}:\n{QUOTED}",
    "unknown, our line": f"{OWN}\n\n{OURS}",
    "unknown, our line quoted": f"{OWN}\n\n{QUOTED}",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_mail_program_adds_is_stripped(program):
    mail = incoming.read(letter("a@b.org", PROGRAMS[program]).as_bytes())

    assert strip(mail.text) == OWN


PARAGRAPHS = "<p>Ja, det gör vi.</p><p>Så här:</p><ul><li>först mäta</li><li>sedan flytta</li></ul>"
HTML = {
    "Gmail": f'<div dir="ltr">{PARAGRAPHS}</div><br><div class="gmail_quote"><div>Den tis skrev X:<br>'
    "</div><blockquote>Vad tycker du?</blockquote></div>",
    "Apple": f"<html><head><style>p{{}}</style></head><body>{PARAGRAPHS}<br>"
    "<blockquote type=cite><div>24 nov skrev</div></blockquote>",
    "Outlook": f"<body>{PARAGRAPHS}<p>Med vänlig hälsning<br>Bo Berg</p><div style='border-top:solid #E1E1E1 1.0pt'><p>"
    f"<b>Från:</b> Hubben &lt;{ADDRESS}&gt;<br><b>Skickat:</b> den 24 november 2026 10:12<br><b>Till:</b> Bo<br>"
    "<b>Ämne:</b> Eva Ek har skrivit till dig</p></div><p>Vad tycker du?</p></body>",
    "Outlook on the web": f"<body>{PARAGRAPHS}<div id='appendonsend'></div><hr><div id='x'><b>Från:</b> Hub<br>"
    "<b>Skickat:</b> den 24<br><b>Till:</b> Bo<br></div>Vad tycker du?</body>",
    "our line": f"{PARAGRAPHS}<p>––– Skriv ditt svar ovanför den här raden –––</p><p>Vad tycker du?</p>",
    "scripts": f"{PARAGRAPHS}<script>alert(1)</script><style>x</style><!-- no -->",
}


@pytest.mark.parametrize("program", HTML)
def test_a_mail_of_html_alone_becomes_its_words(program):
    mail = incoming.read(letter("a@b.org", None, html=HTML[program]).as_bytes())

    assert strip(mail.text) == OWN.replace("Så här:", "Så här:\n")


@pytest.mark.parametrize(
    "text",
    [
        "Hej!\n\nTack, det låter bra. Jag kommer på torsdag.",
        "Hej!\nTack!\nJag tycker att vi ska ta den andra viken, den är djupare.",
        "Thanks, I will look at it.\n\nBest is to wait until spring.",
        "Agenda\n\nDatum: 3 maj\nTill: alla medlemmar\n- ett\n- två",
        "Den 3 maj skrev Eva i protokollet:\nvi väntar",
        "/etc/hosts är fel\n/usr/bin också",
        "From the start: this is good\nTo me: fine",
        "---\n\nEn linje ovanför",
        "a < b och c > d",
    ],
)
def test_no_word_of_a_persons_own_is_lost(text):
    assert strip(text) == text


def test_soft_line_ends_are_taken_out():
    message = letter("a@b.org", None)
    message.set_content("x")
    message.replace_header("Content-Type", 'text/plain; charset="utf-8"; format=flowed')
    message.set_payload("One sentence that \ngoes on here.\nA new line.\n-- \nBo\n")

    assert strip(incoming.read(message.as_bytes()).text) == "One sentence that goes on here.\nA new line."


def test_another_persons_verified_second_address_counts(first, to, bo):
    bo.emailaddress_set.create(email="bo@sea.example", verified=True)
    assert mail_in.receive(letter(to, sender="bo@SEA.example").as_bytes()) == Outcome.POSTED


def test_a_stranger_to_the_space_has_no_use_for_an_address_made_for_them(first):
    stranger = verified(make_user())
    address = reply_address(first.thread.pk, stranger.pk)
    assert mail_in.receive(letter(address, sender=stranger.email).as_bytes()) == Outcome.TOLD
    assert Post.objects.count() == 1
