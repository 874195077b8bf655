"""Documents of a space: the list, one with its versions, and the files themselves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from platforms import files
from platforms.actions import Frozen, documents
from platforms.actions.told import seen
from platforms.forms.documents import TitleForm, UploadForm, VersionForm
from platforms.models import DocumentVersion, Scan
from platforms.views.frame import form_view, must_write, room_or_404, saying, show, space_view, typed
from web.paging import number_in, page_of
from web.text import clean_line
from web.uploads import takes_files

PAGE_SIZE = 25


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@space_view
@takes_files
@form_view
def document_list(request, slug):
    room = room_or_404(request, slug)
    if request.method != "POST":
        return _list(request, room, UploadForm())
    must_write(room)
    form = UploadForm(request.POST, request.FILES)
    added = _add_each(form, room) if form.is_valid() else []
    if form.errors:
        return _list(request, room, form, added)
    told = ngettext("The document has been added.", "%(number)s documents have been added.", len(added))
    messages.success(request, told % {"number": len(added)})
    return redirect(added[0] if len(added) == 1 else request.path)


def _add_each(form, room):
    """Add every file that can be taken; the form says of each other one why not."""
    added = []
    note = form.cleaned_data["note"]
    for upload in form.cleaned_data["files"]:
        try:
            with files.judged(upload) as sound:
                added.append(documents.add(room.space, by=room.user, sound=sound, note=note))
        except Frozen:
            raise
        except ValidationError as error:
            _say(form, upload, error)
    return added


def _say(form, upload, error):
    name = files.clean_name(upload.name) or _("A file without a name")
    form.add_error("files", f"{name}: {' '.join(error.messages)}")


def _list(request, room, form, added=()):
    wanted = clean_line(request.GET.get("q", ""))[:160]
    rows = room.space.documents.kept().order_by("-updated_at", "-id")
    if wanted:
        rows = rows.filter(title__icontains=wanted)
    page = page_of(rows.values_list("pk", flat=True), number_in(request), PAGE_SIZE)
    newest = _newest(page.rows)
    context = {"page": page, "versions": newest, "form": form, "added": added, "q": wanted}
    return show(request, "platforms/documents.html", room, context, tab="documents")


def _newest(pks):
    """The latest version of each of these documents, in this order."""
    versions = DocumentVersion.objects.filter(document__in=pks, document__latest=F("number"))
    found = {version.document_id: version for version in versions.select_related("document", "by", "on_behalf_of")}
    return [found[pk] for pk in pks if pk in found]


# ── One document ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _document(room, number, *, kept=False):
    rows = room.space.documents.kept() if kept else room.space.documents
    document = get_object_or_404(rows.select_related("by", "removed_by"), number=number)
    document.space = room.space
    return document


@space_view
@takes_files
@form_view
def document(request, slug, number):
    room = room_or_404(request, slug)
    found = _document(room, number)
    if found.removed_at:
        return show(request, "platforms/document_removed.html", room, {"document": found}, tab="documents", status=410)
    seen(request.user, found)
    form = VersionForm()
    if request.method == "POST":
        must_write(room)
        form = VersionForm(request.POST, request.FILES)
        if form.is_valid() and _revise(form, found, room):
            messages.success(request, _("The new version has been added. The earlier ones are kept."))
            return redirect(found)
    return _page(request, room, found, form)


def _revise(form, found, room):
    """Whether the file of the form became a new version; else the form says why not."""
    upload = form.cleaned_data["files"][0]
    try:
        with files.judged(upload) as sound:
            documents.revise(found, by=room.user, sound=sound, note=form.cleaned_data["note"])
    except Frozen:
        raise
    except ValidationError as error:
        _say(form, upload, error)
    return not form.errors


def _page(request, room, found, form):
    rows = found.versions.select_related("by", "on_behalf_of")
    page = page_of(rows, number_in(request), PAGE_SIZE)
    context = {
        "document": found,
        "page": page,
        "newest": page.rows[0] if page.rows and page.number == 1 else None,
        "form": form,
        "may_remove": room.may_write and documents.may_remove(found, room.member),
    }
    return show(request, "platforms/document.html", room, context, tab="documents")


@space_view
@form_view
def document_edit(request, slug, number):
    room = room_or_404(request, slug)
    found = _document(room, number, kept=True)
    must_write(room)
    form = TitleForm(typed(request), initial={"title": found.title})
    if request.method == "POST" and form.is_valid():
        with saying(request):
            documents.rename(found, by=request.user, title=form.cleaned_data["title"])
            messages.success(request, _("The title has been changed."))
        return redirect(found)
    return show(request, "platforms/document_edit.html", room, {"document": found, "form": form}, tab="documents")


@space_view
@form_view
def document_remove(request, slug, number):
    room = room_or_404(request, slug)
    found = _document(room, number, kept=True)
    must_write(room)
    if not documents.may_remove(found, room.member):
        raise PermissionDenied(documents.NOT_YOURS)
    if request.method == "POST":
        with saying(request):
            documents.remove(found, by=request.user)
            messages.success(request, _("The document has been removed from the list."))
        return redirect("documents", slug)
    return show(request, "platforms/document_remove.html", room, {"document": found}, tab="documents")


# ── Files: every request is judged anew ──────────────────────────────────────────────────────────────────────────────
def _version(request, slug, number, version):
    room = room_or_404(request, slug)
    found = _document(room, number, kept=True)
    return found, get_object_or_404(found.versions, number=version)


@space_view
@require_safe
def document_file(request, slug, number, version):
    """The file as it was uploaded, always to be saved, never shown by the browser."""
    found, wanted = _version(request, slug, number, version)
    if not wanted.is_served_to(request.user):
        messages.error(request, Scan(wanted.scan).label)
        return redirect(found)
    return FileResponse(wanted.file.open(), as_attachment=True, filename=wanted.name, content_type=wanted.content_type)


@space_view
@require_safe
def document_preview(request, slug, number, version, page):
    """A picture of a page, drawn by us: the only thing of a file that a browser shows."""
    _found, wanted = _version(request, slug, number, version)
    if page not in wanted.pages:
        raise Http404
    return FileResponse(wanted.file.storage.open(wanted.preview_name(page)), content_type="image/webp")
