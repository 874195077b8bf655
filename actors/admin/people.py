"""Who asks to speak for an actor, what speaks for and against it, and the decision."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors import actions
from actors.models import Claim, ClaimState, Turn
from actors.models.people import STAFF_TURNS
from notifications.models import Email
from notifications.rendering import render

DECISIONS = {"approve": ClaimState.APPROVED, "refuse": ClaimState.REFUSED}


def _about_domain(claim, domain):
    if not domain:
        return False, gettext("The actor has no website to compare the address with.")
    if not actions.is_of(claim.user.email, domain):
        return False, gettext("The address is not of the actor's domain, %(domain)s.") % {"domain": domain}
    if not claim.actor.is_website_verified:
        text = gettext("The address is of the actor's domain, %(domain)s, but nobody has checked that website.")
        return False, text % {"domain": domain}
    return True, gettext("The address is of the actor's own checked domain, %(domain)s.") % {"domain": domain}


def evidence(claim):
    """What can be seen of the claimant's right: pairs of whether it speaks for it, and the fact in words."""
    domain = actions.domain_of(claim.actor.website)
    holders = claim.actor.representatives.count()
    facts = [(True, gettext("The address %(email)s is proven.") % {"email": claim.user.email})]
    if claim.is_domain_proven:
        facts.append((True, gettext("The address was of the actor's own checked website when the person asked.")))
    facts.append(_about_domain(claim, domain))
    if holders:
        facts.append((False, gettext("Somebody represents the actor already (%(count)s).") % {"count": holders}))
    else:
        facts.append((True, gettext("Nobody represents the actor yet: the claimant becomes its owner.")))
    return facts


class WhoseTurn(admin.SimpleListFilter):
    title = _("whose turn")
    parameter_name = "turn"

    def lookups(self, request, model_admin):
        return [("staff", _("Staff")), ("owner", _("An owner"))]

    def queryset(self, request, queryset):
        turns = {"staff": STAFF_TURNS, "owner": (Turn.OWNER,)}.get(self.value())
        return queryset.filter(turn__in=turns) if turns else queryset


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):
    list_display = ["claim", "actor", "user", "whose_turn", "created_at", "own_domain", "decided_by"]
    list_display_links = None
    list_filter = [WhoseTurn, "state"]
    list_select_related = ["actor", "user", "decided_by"]
    search_fields = ["actor__name", "user__email", "user__name"]
    show_full_result_count = False

    @admin.display(description=_("claim"))
    def claim(self, claim):
        word = _("Decide") if claim.state == ClaimState.OPEN else _("Look")
        return format_html('<a href="{}">{}</a>', reverse("admin:actors_claim_change", args=[claim.pk]), word)

    @admin.display(description=_("own domain"), boolean=True)
    def own_domain(self, claim):
        return claim.is_domain_proven

    @admin.display(description=_("state"), ordering="turn")
    def whose_turn(self, claim):
        return claim.get_state_display() if claim.turn == Turn.NOBODY else Turn(claim.turn).label

    def get_queryset(self, request):
        """Not the parent's, which orders by `turn` before there is one."""
        return Claim.objects.with_turn().order_by(*self.get_ordering(request))

    def get_ordering(self, request):
        return ["turn", "created_at", "pk"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/change/", decide, name="actors_claim_change"), *super().get_urls()]

    def decide(self, request, pk):
        """One claim with its evidence and both mails; POST approves or refuses."""
        if not request.user.has_perm("actors.curate_actor"):
            raise PermissionDenied
        claim = get_object_or_404(Claim.objects.select_related("actor", "user", "decided_by"), pk=pk)
        text, error = "", ""
        if request.method == "POST":
            text = request.POST.get("text", "").strip()[:1000]
        if request.method == "POST" and "preview" not in request.POST:
            error = self._act(request, claim, text)
            if not error:
                return redirect(self._next(claim))
        return TemplateResponse(request, "admin/actors/claim/decide.html", self._context(request, claim, text, error))

    def _act(self, request, claim, text):
        try:
            if request.POST.get("decision") == "approve":
                actions.approve_claim(claim, by=request.user, message=text)
                messages.success(
                    request,
                    gettext("%(person)s can now edit “%(actor)s”.") % {"person": claim.user, "actor": claim.actor},
                )
            elif request.POST.get("decision") == "refuse":
                actions.refuse_claim(claim, by=request.user, reason=text)
                messages.success(request, gettext("The claim by %(person)s was refused.") % {"person": claim.user})
            else:
                return gettext("Choose what to do.")
        except ValidationError as refused:
            if refused.code == "reason":
                return refused.messages[0]
            messages.warning(request, refused.messages[0])
        return ""

    def _next(self, claim):
        following = Claim.objects.for_staff().exclude(pk=claim.pk).first()
        return reverse("admin:actors_claim_change", args=[following.pk]) if following else reverse("admin:index")

    def _context(self, request, claim, text, error):
        mails = [
            (name, render(Email(**actions.claim_mail(claim, state, text=text or ("…" if name == "refuse" else "")))))
            for name, state in DECISIONS.items()
        ]
        return {
            **self.admin_site.each_context(request),
            "title": gettext("%(person)s wants to edit %(actor)s") % {"person": claim.user, "actor": claim.actor},
            "opts": self.opts,
            "claim": claim,
            "is_open": claim.state == ClaimState.OPEN,
            "evidence": evidence(claim),
            "mails": mails,
            "text": text,
            "error": error,
        }
