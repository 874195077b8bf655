"""The tour through partnerships and spaces: every page of them, empty, filled, with errors, closed and refused."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from notifications.models import Email
from notifications.tokens import SETTINGS, token
from platforms.actions import decisions, documents, talk, tasks
from platforms.actions.talk_mail import FOR_STOP
from platforms.models import DocumentVersion, Partnership, Space, SpaceLink, SpaceMember, SpaceReport, Task
from tests.factories import make_actor, make_decision, make_document, make_partnership, make_space, make_task, make_user
from tests.factories import verified as proven
from tests.platforms.doorway import age, code_to, invite, put
from tests.platforms.test_pulse import lively
from tests.platforms.worlds import fill_with_work, make_coast, make_talk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"
ERRORS = ".summary"


def person(name, **fields):
    return proven(make_user(f"{name}@example.org".lower(), name=f"{name} Berg", **fields))


def send(walk, what, *, shows):
    """Press what leads to no new page: a script sends it and puts in the answer."""
    walk.page.locator(what).first.click()
    walk.page.locator(shows).first.wait_for()
    walk.window.settle()
    walk.judge(f"{what} and {shows}")


# ── Partnerships ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_together(walk):
    walk.see("partnership_list")
    eva, together, boss = make_coast()
    for query in ("", "?theme=hav&status=active", "?status=paused"):
        walk.see("partnership_list", query=query)
    walk.see("partnership_list", query="?nowhere=1", status=400)
    for slug in ("coast", "third"):
        walk.see("partnership", slug)
    walk.see("partnership_agreement", "coast", 1)
    walk.see("actor", "firm")
    walk.see("actor_partnerships", "firm")
    walk.see("actor_partnerships", make_actor().slug)
    walk.enter(eva)
    walk.see("partnership", "coast")
    walk.see("partnership_agreement", "coast", 2)
    walk.press(".needs form button", shows=".messages")
    walk.enter(boss)
    Partnership.objects.filter(slug="third").update(is_published=False)
    walk.see("partnership", "coast")
    walk.see("partnership", "third")
    walk.see("space_open", "coast")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Grunda vikar")
    walk.press(BUTTON, shows="h1")
    administer_partnerships(walk, together)


def administer_partnerships(walk, together):
    save = "#content input[name=_save]"
    for name in ("changelist", "add"):
        walk.see(f"admin:platforms_partnership_{name}")
    walk.press(save, shows=".errornote")
    walk.window.go(walk.address("admin:platforms_partnership_change", together.pk))
    walk.press(".rv-steps button", shows=".messagelist")
    walk.page.locator("#members-group .add-row a").first.click()
    walk.page.locator("#members-4 .select2-selection__rendered").wait_for()
    walk.judge("one more member of the partnership")
    walk.page.locator("#members-group .inline-deletelink").last.click()
    row = Partnership.objects.get(pk=together.pk)
    row.period = "2030"
    row.save()
    walk.press(save, shows=".errornote", status=409)
    walk.press(save, shows=".messagelist")


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def space():
    """A space with a purpose that Cora coordinates, for an organisation that nobody is there for yet."""
    partnership = make_partnership("Frisk kust", members=[make_actor("Havsprov AB")])
    purpose = "Ålgräset ska tillbaka till fem vikar före 2028."
    return make_space("Levande vikar", partnership=partnership, coordinator=person("Cora"), purpose=purpose)


def make_link(space, **fields):
    by, until = space.members.coordinators().get().user, timezone.now() + timedelta(hours=2)
    return SpaceLink.objects.create(space=space, by=by, **{"expires_at": until, **fields})


def test_walk_door(walk, space):
    one, two, three = invite(space, "eva@example.org", "no@example.org", "bo@example.org", line="Ta med båten.")
    walk.see("invitation", one.token)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Eva Ek")
    walk.press(BUTTON, shows="[name=code]")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("invitation_decline", two.token)
    walk.press("main form .btn", shows=ERRORS)
    walk.page.locator("main [name=why]").first.check()
    walk.press("main form .btn", shows="h1")
    walk.see("invitation", two.token)
    pass_it_on(walk, three)
    age(one, days=8)
    walk.see("invitation", one.token)
    walk.press("main form .btn", shows="h1")
    walk.see("invitation", "never-was", status=404)
    come_by_a_link(walk, space)
    come_signed_in(walk, space, two)
    ask_at_the_door(walk)


def pass_it_on(walk, invitation):
    walk.see("invitation_pass_on", invitation.token)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Bo Bok", email="colleague@example.org")
    walk.press(BUTTON, shows="[name=code]")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(code=code_to(invitation.email))
    walk.press(BUTTON, shows="h1")
    walk.see("invitation", invitation.token)


def come_by_a_link(walk, space):
    walk.see("meeting", make_link(space, expires_at=timezone.now() - timedelta(hours=1)).token)
    walk.see("meeting", make_link(space).token)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Nils Ny", email="nils@example.org")
    walk.press(BUTTON, shows="[name=code]")
    walk.press(BUTTON, shows=ERRORS)


def come_signed_in(walk, space, declined):
    mine = invite(space, "mia@example.org")[0]
    link = make_link(space)
    walk.enter(proven(make_user(declined.email)))
    walk.see("invitation", declined.token)
    walk.see("invitation", mine.token)
    walk.press("main form .btn.second", shows=".afterwards")
    walk.see("meeting", link.token)
    walk.enter(person("Mia"))
    walk.see("my_page")
    walk.see("invitation", mine.token)
    walk.press("main form .btn", judge=False)
    walk.see("invitation", mine.token)
    walk.see("meeting", link.token)
    walk.see("my_page")


def ask_at_the_door(walk):
    open_door = make_space("Öppen dörr", access="ask", questions="Varför?\nHur ofta?")
    walk.see("space_door", open_door.slug)
    walk.press(BUTTON, shows=ERRORS)
    for field in walk.page.locator("main form textarea").all():
        field.fill("För sälarna.")
    walk.press(BUTTON, shows="h1")
    walk.see("my_page")


def test_walk_hosting(walk, space):
    cora = space.members.get().user
    walk.enter(cora)
    for name in ("space_members", "space_leave", "space_welcome", "invitations", "space_links", "invitation_new"):
        walk.see(name, space.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(people="Eva Ek <eva@havsprov.example>; bo@example.org; no@example.org\nnobody\ncora@example.org")
    walk.press(BUTTON, shows="main button[value=send]")
    walk.press("main button[value=send]", shows=".messages")
    look_after_invitations(walk, space)
    look_after_links(walk, space)
    look_after_members(walk, space, cora)


def look_after_invitations(walk, space):
    first, second, third = space.invitations.order_by("pk")
    Email.objects.filter(to=first.email).update(state="failed")
    put(second, "expired")
    put(third, "declined")
    walk.see("invitations", space.slug)
    walk.see("invitations", space.slug, query="?state=declined")
    for invitation in (third, first):
        walk.see("invitation_one", space.slug, invitation.pk)
    walk.press("main button[value=link]", shows=".copy")


def look_after_links(walk, space):
    walk.window.go(walk.address("space_links", space.slug))
    walk.fill(cap="")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(cap="30")
    walk.press(BUTTON, shows=".qr")
    walk.press("main form .btn.danger", shows=".messages")
    walk.see("space_link", space.slug, space.links.get().pk)


def look_after_members(walk, space, cora):
    mia = space.members.create(user=person("Mia"), introduction="Jag räknar sälar.", on_behalf_of=make_actor())
    asked, other = (
        space.requests.create(user=user, answers=[{"question": "Varför?", "answer": "Sälar"}])
        for user in (person("Asta"), person("Otto"))
    )
    for owner in (cora, mia.user):
        make_task(space, owner=owner, number=owner.pk, due_on=timezone.localdate())
    for name in ("space_members", "space_welcome"):
        walk.see(name, space.slug)
    for row in (mia, space.members.get(user=cora)):
        walk.see("space_member", space.slug, row.pk)
    walk.see("space_member_remove", space.slug, mia.pk)
    walk.see("space_leave", space.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.see("space_request", space.slug, asked.pk)
    walk.press(BUTTON, shows=ERRORS)
    type(other).objects.filter(pk=other.pk).update(state="declined", decided_by=cora, decided_at=timezone.now())
    walk.see("space_request", space.slug, other.pk)
    walk.see("close_account")


# ── Inside: talking ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_talking(walk):
    eva, bo, olle = person("Eva"), person("Bo"), person("Olle")
    space = make_space("Levande vikar", coordinator=eva, members=[bo], observers=[olle])
    space.members.filter(user=eva).update(on_behalf_of=make_actor("Vikverket"))
    walk.enter(eva)
    walk.see("threads", space.slug)
    walk.see("thread_new", space.slug)
    walk.press(BUTTON, shows=ERRORS)
    first = make_talk(space, eva, bo)
    at = (space.slug, first.thread.number)
    walk.see("threads", space.slug)
    walk.see("thread", *at)
    walk.press("#write .btn", shows=ERRORS)
    speak_while_it_is_open(walk, first.thread, bo)
    change_a_post(walk, first, eva)
    walk.see("thread_move", *at)
    make_space("Djupt vatten", coordinator=eva)
    walk.see("thread_move", *at)
    walk.press(BUTTON, shows=ERRORS)
    write_when_the_session_has_ended(walk, first.thread, eva)
    walk.enter(olle)
    walk.see("thread", *at)
    talk.set_closed(first.thread, by=eva, closed=True)
    walk.enter(bo)
    walk.see("thread", *at)
    walk.leave()
    walk.see("follow_stop", token(FOR_STOP, first.thread.pk, bo.pk))
    walk.press("main form .btn", shows="h1")


def speak_while_it_is_open(walk, thread, bo):
    walk.window.go(walk.address("thread", thread.space.slug, thread.number))
    walk.page.locator("#id_body").press_sequentially("Hej @bo")
    walk.page.get_by_role("button", name="@Bo Berg").wait_for()
    walk.judge("names to choose from")
    post = talk.write(thread, by=bo, body="Nytt från **Torhamn**")
    walk.page.locator(f"#p{post.number}").wait_for()
    walk.judge("a new post has come")


def change_a_post(walk, post, eva):
    at = (post.thread.space.slug, post.thread.number, post.number)
    walk.see("post_history", *at)
    walk.see("post_remove", *at)
    walk.see("post_edit", *at)
    walk.fill(body="")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(body="Ord från ett fönster")
    talk.edit(post, by=eva, body="Ord från ett annat", version=post.version)
    walk.press(BUTTON, shows="h1", status=409)


def write_when_the_session_has_ended(walk, thread, eva):
    """What was typed waits on the page until the person has signed in again."""
    walk.window.go(walk.address("thread", thread.space.slug, thread.number))
    walk.fill(body="Det här är inte skickat")
    Session.objects.all().delete()
    walk.press("#write .btn", shows="[name=login]")
    walk.fill(login=eva.email)
    walk.press(BUTTON, shows="[name=code]", judge=False)
    walk.fill(code=Email.objects.filter(template="account_code").latest("pk").secret["code"])
    walk.press(BUTTON, shows="#write")
    assert walk.page.locator("#id_body").input_value() == "Det här är inte skickat"


# ── Notices and the digest ───────────────────────────────────────────────────────────────────────────────────────────
def test_walk_told(walk):
    eva, bo = person("Eva"), person("Bo")
    space = make_space("Levande vikar", coordinator=eva, members=[bo])
    walk.enter(eva)
    walk.see("notices")
    first = talk.start(space, by=bo, title="Mätningar i den yttre skärgården", body="Vad tror du, @Eva Berg?")
    tasks.assign(space, by=bo, title="Fråga hamnen om bojarna i den yttre farleden", owner=eva)
    decisions.propose(space, by=bo, title="Fem vikar", proposal="Vi tar fem.", way="consent", deciders="members")
    walk.see("notices")
    walk.page.locator(".mute summary").first.click()
    walk.judge("a notice that can be muted")
    walk.press(f".mute[open] button[value='thread:{first.thread.pk}'], .mute[open] button", shows=".messages")
    walk.press(".read-all button", shows="h1")
    walk.see("digest_settings")
    walk.page.locator("[name=often][value=chosen]").check()
    walk.press("main form .btn", shows=ERRORS)
    walk.page.locator("[name=weekdays]").first.check()
    walk.press("main form .btn", shows=".messages")
    walk.leave()
    walk.see("digest_by_mail", token(SETTINGS, eva.pk))
    walk.page.locator("[name=often][value=never]").check()
    walk.press("main form .btn", shows="h1")
    walk.see("mail_stop", token(SETTINGS, eva.pk), "talk_post")
    walk.press("main form .btn", shows="h1")


# ── Inside: working ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_working(walk):
    cora, mia = person("Cora"), person("Mia")
    walk.enter(mia)
    walk.see("my_spaces")
    empty = make_space("Tomt", coordinator=mia)
    for name in ("space", "documents", "decisions", "tasks"):
        walk.see(name, empty.slug)
    space = make_space("Levande vikar", purpose="Rent vatten", coordinator=cora, members=[mia])
    space.members.filter(user=mia).update(on_behalf_of=make_actor("Mias verk", kind="sme"))
    fill_with_work(space, cora, mia)
    space.requests.create(user=make_user(), answers=[])
    SpaceMember.objects.filter(user=mia).update(role="coordinator")
    for name in ("my_spaces", "space", "documents", "decisions", "tasks"):
        walk.see(name, *([] if name == "my_spaces" else [space.slug]))
    work_on_documents(walk, space, mia)
    decide(walk, space)
    work_on_tasks(walk, space)
    Space.objects.filter(pk=space.pk).update(state="paused")
    for name in ("space", "tasks"):
        walk.see(name, space.slug)
    walk.see("decision", space.slug, 1)


def work_on_documents(walk, space, mia):
    walk.window.go(walk.address("documents", space.slug))
    send(walk, BUTTON, shows=ERRORS)
    walk.see("documents", space.slug, query="?q=qqq")
    for name in ("document", "document_edit"):
        walk.see(name, space.slug, 1)
    walk.fill(title="")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("document_remove", space.slug, 1)
    walk.window.go(walk.address("document", space.slug, 2))
    send(walk, BUTTON, shows=ERRORS)
    for scan in ("waiting", "infected"):
        DocumentVersion.objects.filter(document__number=2).update(scan=scan)
        walk.see("document", space.slug, 2)
    walk.see("documents", space.slug)
    documents.remove(make_document(space), by=mia)
    walk.see("document", space.slug, 3, status=410)


def decide(walk, space):
    walk.see("decision_new", space.slug)
    walk.press(BUTTON, shows=ERRORS)
    for number in (1, 2):
        walk.see("decision", space.slug, number)
    walk.see("decision_edit", space.slug, 1)
    walk.see("decision_record", space.slug, 2)
    walk.see("decision_record", space.slug, 1)
    walk.page.locator("main [value=decided]").check()
    walk.press(BUTTON, shows=ERRORS)
    fresh = make_decision(space, "Sex vikar")
    walk.see("decision_edit", space.slug, fresh.number)
    walk.fill(title="")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("decision", space.slug, fresh.number)
    walk.press(BUTTON, shows=ERRORS)


def work_on_tasks(walk, space):
    walk.window.go(walk.address("tasks", space.slug))
    walk.press(BUTTON, shows=ERRORS)
    walk.press("main .tick", shows=".messages")
    walk.see("tasks", space.slug, query="?done=1")
    walk.see("task_edit", space.slug, 1)
    walk.fill(title="")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(title="Fråga hamnen igen")
    row = Task.objects.get(space=space, number=1)
    Task.objects.filter(pk=row.pk).update(title="Fråga båtklubben", version=row.version + 1)
    walk.press(BUTTON, shows="table", status=409)


# ── Inside: the pulse and the end ────────────────────────────────────────────────────────────────────────────────────
def test_walk_ending(walk):
    cora = person("Cora")
    rut = make_user(name="Rut", is_staff=True, is_superuser=True)
    walk.enter(rut)
    walk.see("registrar")
    space = make_space("Levande vikar", coordinator=cora, members=[person("Mia")])
    space.members.filter(user=cora).update(on_behalf_of=make_actor("Vikverket"))
    make_document(space)
    walk.see("registrar")
    walk.see("space_export", space.slug)
    walk.enter(cora)
    change_settings(walk, space)
    lively(space, 1, 9, 30, 80)
    walk.see("space_pulse", space.slug)
    walk.see("space_close", space.slug)
    walk.press(BUTTON, shows=ERRORS)
    make_space("Djupt vatten", coordinator=cora)
    Space.objects.filter(pk=space.pk).update(asked_at=timezone.now())
    walk.see("space_pulse", space.slug)
    walk.press("main form[action*='pause'] .btn", shows=".messages")
    walk.see("space_pulse", space.slug)
    go_on_elsewhere(walk, space)


def change_settings(walk, space):
    walk.see("space_settings", space.slug)
    walk.fill(name="")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Mina vikar")
    Space.objects.filter(pk=space.pk).update(name="Deras vikar", version=space.version + 1)
    walk.press(BUTTON, shows="table", status=409)
    walk.press(BUTTON, shows=".messages")


def go_on_elsewhere(walk, space):
    walk.see("space_merge", space.slug)
    walk.fill(purpose="Vikarna ska leva.")
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("main [name=into]").select_option(index=1)
    walk.fill(learnings="Börja **tidigare**.")
    walk.press(BUTTON, shows=".report")
    for name in ("space", "space_pulse", "documents"):
        walk.see(name, space.slug)
    SpaceReport.objects.update(is_public=True)
    walk.leave()
    walk.see("space_report", SpaceReport.objects.get().code)
