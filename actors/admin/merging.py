"""Merging two actors: value by value, with what moves and the mail before it is done; the list of merges, and undo."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from actors import actions
from actors.actions.merge import BOTH, LOSER, TAGS, VALUES, WINNER, differing, plan
from actors.admin import comparing
from actors.models import Actor, Merge
from notifications.models import Email
from notifications.rendering import render


class MergeForm(forms.Form):
    """The side of each value, the reason, and the two versions that the curator saw."""

    winner_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    loser_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = forms.CharField(max_length=1000, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in (*VALUES, *TAGS):
            sides = (WINNER, LOSER, BOTH) if name in TAGS else (WINNER, LOSER)
            self.fields[f"v_{name}"] = forms.ChoiceField(choices=[(side, side) for side in sides], required=False)

    @property
    def chosen(self):
        return {name[2:]: side for name, side in self.cleaned_data.items() if name.startswith("v_") and side}


def _told(row, name):
    """The value as people read it, with those that are chosen together with it."""
    columns = [column.removesuffix("_id") for column in VALUES.get(name, (name,))]
    told = [
        (comparing.label(column) if getattr(row, column) else "")
        if column.startswith("is_")
        else comparing.value(row, column)
        for column in columns
    ]
    return ", ".join(str(value) for value in told if value != "")


def _rows(winner, loser, choices):
    """What is to be chosen: label, name, and for each side its key, its value and whether it is ticked."""
    tagged = [name for name in TAGS if comparing.value(winner, name) != comparing.value(loser, name)]
    for name in [*differing(winner, loser), *tagged]:
        sides = [(WINNER, _told(winner, name)), (LOSER, _told(loser, name))]
        sides += [(BOTH, _("Both"))] if name in TAGS else []
        yield {
            "name": name,
            "label": comparing.label(name),
            "sides": [(side, value, choices[name] == side) for side, value in sides],
        }


def shown(mails):
    """The mails as they will be sent: one for each language, with everyone it goes to."""
    found = {}
    for mail in mails:
        found.setdefault(mail["language"], (render(Email(**mail)), []))[1].append(mail["to"])
    return [{"language": language, "mail": mail, "to": to} for language, (mail, to) in found.items()]


def page(request, winner, loser, *, choices=None, reason="", error="", status=200):
    """Draw the merge; nothing that was chosen or typed is lost."""
    choices = actions.default_choices(winner, loser) | (choices or {})
    planned = plan(winner, loser, choices, text=reason)
    context = {
        **admin.site.each_context(request),
        "title": _("Merge %(loser)s into %(winner)s") % {"loser": loser, "winner": winner},
        "opts": Actor._meta,
        "winner": winner,
        "loser": loser,
        "rows": list(_rows(winner, loser, choices)),
        "plan": planned,
        "mails": shown(planned.mails),
        "reason": reason,
        "error": error,
    }
    return TemplateResponse(request, "admin/actors/merge/merge.html", context, status=status)


def _both(pk, other):
    rows = Actor.objects.select_related("municipality").prefetch_related(*TAGS).in_bulk([pk, other])
    if len(rows) != 2:
        raise Http404
    return rows[pk], rows[other]


def _curators_only(request):
    if not request.user.has_perm("actors.curate_actor"):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, pk, other):
    """Actor `other` goes into `pk`: GET shows it, POST merges, or shows it again with `preview`."""
    _curators_only(request)
    winner, loser = _both(pk, other)
    if request.method != "POST":
        return page(request, winner, loser)
    form = MergeForm(request.POST)
    typed = {"reason": request.POST.get("reason", "")[:1000]}
    if not form.is_valid():
        typed["choices"] = form.chosen
        return page(request, winner, loser, error=_("Choose one of the two for each value."), **typed)
    typed["choices"] = form.chosen
    if "preview" in request.POST:
        return page(request, winner, loser, **typed)
    return _merge(request, winner, loser, form, typed)


def _merge(request, winner, loser, form, typed):
    versions = (form.cleaned_data["winner_version"], form.cleaned_data["loser_version"])
    try:
        made = actions.merge(winner, loser, by=request.user, versions=versions, **typed)
    except ValidationError as error:
        status = 409 if error.code == "changed" else 200
        winner, loser = _both(winner.pk, loser.pk)
        return page(request, winner, loser, error=error.messages[0], status=status, **typed)
    told = _("“%(loser)s” is now a part of “%(winner)s”. It can be undone for 90 days.")
    messages.success(request, told % {"loser": loser.name, "winner": made.winner.name})
    return redirect("admin:actors_merge_change", made.pk)


@admin.register(Merge)
class MergeAdmin(admin.ModelAdmin):
    list_display = ["__str__", "at", "by", "undone_at"]
    list_select_related = ["winner", "loser", "by"]
    search_fields = ["winner__name", "loser__name"]
    show_full_result_count = False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("actors.curate_actor")

    has_module_permission = has_view_permission

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        one = self.admin_site.admin_view(self.one)
        return [path("<int:pk>/change/", one, name="actors_merge_change"), *super().get_urls()]

    def one(self, request, pk):
        """What was merged, by whom and why; POST undoes it."""
        _curators_only(request)
        made = get_object_or_404(Merge.objects.select_related("winner", "loser", "by", "undone_by"), pk=pk)
        error = ""
        if request.method == "POST":
            try:
                actions.undo_merge(made, by=request.user)
            except ValidationError as refused:
                error = refused.messages[0]
            else:
                told = _("“%(one)s” and “%(other)s” are two again.")
                messages.success(request, told % {"one": made.winner, "other": made.loser})
                return redirect("admin:actors_merge_change", made.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": str(made),
            "opts": self.opts,
            "made": made,
            "error": error,
            "taken": [comparing.label(n.removesuffix("_id")) for n in made.moved[WINNER]["after"] if n != "updated_at"],
            "count": sum(not row.get("quiet") for row in made.moved["rows"]),
        }
        return TemplateResponse(request, "admin/actors/merge/one.html", context)
