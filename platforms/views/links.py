"""The link of a meeting: its page for those in the room, and the coordinators' page with its code."""

from datetime import timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts import proofs
from accounts.actions import person_with
from accounts.models import token_hash
from actors.forms import CodeForm
from actors.views.proving import language, sign_in
from platforms.actions import links
from platforms.actions.invitations import Unfit
from platforms.forms.invitations import LinkForm, NameAndAddressForm
from platforms.models import SpaceLink, SpaceMember
from platforms.views import proving
from platforms.views.frame import form_view, room_or_404, show, space_view, typed
from platforms.views.invitation import by_token, unknown


@by_token
def meeting(request, token):
    """Whoever is in the room comes in: one click when signed in, else name, address and code."""
    link = SpaceLink.objects.select_related("space__partnership", "by").filter(token_hash=token_hash(token)).first()
    if link is None:
        return unknown(request)
    if request.user.is_authenticated and SpaceMember.objects.filter(space=link.space, user=request.user).exists():
        return _page(request, link, member=True)
    if not link.is_alive:
        return _page(request, link, dead=True)
    verb = (VERBS_IN if request.user.is_authenticated else VERBS_OUT).get(request.POST.get("do"))
    return verb(request, link) if verb else _page(request, link)


def _page(request, link, *, form=None, code=False, status=200, **context):
    if form is None and not request.user.is_authenticated:
        code = bool(proving.waiting(request, link))
        form = CodeForm() if code else NameAndAddressForm()
    context = {"link": link, "space": link.space, "form": form, "code": code, **context}
    return render(request, "platforms/meeting.html", context, status=status)


def _join(request, link):
    try:
        member = links.use_link(link, by=request.user)
    except Unfit as error:
        messages.error(request, error.message)
        return redirect(request.path)
    return redirect("space_welcome", member.space.slug)


def _send_code(request, link):
    form = NameAndAddressForm(request.POST)
    if not form.is_valid():
        return _page(request, link, form=form)
    try:
        proving.send_code(request, link, form.cleaned_data["email"], name=form.cleaned_data["name"])
    except proofs.TooMany as error:
        form.add_error(None, str(error))
        return _page(request, link, form=form, status=429)
    return redirect(request.path)


def _prove(request, link):
    form, proof, status = proving.judged_code(request, link)
    if proof is None:
        return _page(request, link, form=form, code=True, status=status)
    name = proving.waiting(request, link).get("name", "")
    try:
        with transaction.atomic():
            proofs.use_up(proof)
            user = person_with(email=proof.email, name=name, language=language())
            to = request.path
            if user.is_active and not is_mfa_enabled(user):
                to = reverse("space_welcome", args=[links.use_link(link, by=user).space.slug])
    except (Unfit, proofs.BadCode) as error:
        messages.error(request, str(getattr(error, "message", error)))
        return redirect(request.path)
    proving.forget(request, link)
    return sign_in(request, user, email=proof.email, to=to)


def _start_over(request, link):
    proving.forget(request, link)
    return redirect(request.path)


VERBS_IN = {"join": _join}
VERBS_OUT = {"code": _send_code, "prove": _prove, "over": _start_over}


# ── The coordinators' side ───────────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def space_links(request, slug):
    room = room_or_404(request, slug, lead=True)
    form = LinkForm(typed(request))
    if form.is_valid():
        values = form.cleaned_data
        until = timezone.now() + timedelta(hours=int(values["hours"]))
        made = links.make_link(room.space, by=request.user, role=values["role"], cap=values["cap"], expires_at=until)
        return redirect("space_link", slug, made.pk)
    rows = room.space.links.select_related("by")[: settings.PAGE_SIZE]
    alive = set(SpaceLink.objects.alive().filter(space=room.space).values_list("pk", flat=True))
    context = {"form": form, "links": [(row, row.pk in alive) for row in rows]}
    return show(request, "platforms/space_links.html", room, context, tab="invitations")


@space_view
@form_view
def space_link(request, slug, pk):
    """One link, large enough to be read from the back of a room; POST withdraws it."""
    room = room_or_404(request, slug, lead=True)
    link = get_object_or_404(room.space.links.all(), pk=pk)
    if request.method == "POST":
        links.revoke_link(room.space, pk, by=request.user)
        messages.success(request, _("The link is withdrawn. It lets nobody in any more."))
        return redirect("space_links", slug)
    url = settings.SITE_URL + reverse("meeting", args=[link.token])
    context = {"link": link, "is_alive": link.is_alive, "url": url, "code": drawn(url)}
    response = show(request, "platforms/space_link.html", room, context, tab="invitations")
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def drawn(text):
    """`text` as a QR code: one path on a grid, drawn on the server."""
    import qrcode  # noqa: PLC0415 – 4 MB that a worker which only sends mail never needs

    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    size, name = len(matrix), _("QR code of the link")
    return mark_safe(
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-labelledby="qr" shape-rendering="crispEdges">'
        f'<title id="qr">{name}</title>'
        f'<path class="ground" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )
