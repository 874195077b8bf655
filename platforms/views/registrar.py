"""For the registrar: every space, and each as a whole in one file. For that role only, and noted in the log."""

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.middleware import right_required
from platforms.actions import log
from platforms.models import Space
from platforms.public_record import archive_of, counts, file_name
from platforms.views.frame import form_view

private = cache_control(private=True, no_store=True)
registrars_only = right_required("platforms.export_space")
ON_A_PAGE = 50


@private
@registrars_only
@require_safe
def registrar(request):
    spaces = Space.objects.select_related("partnership").order_by("partnership__name_sv", "name", "pk")
    page = Paginator(spaces, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "platforms/registrar.html", {"page": page})


@private
@registrars_only
@form_view
def space_export(request, slug):
    """A page that says what the file holds; POST gives it."""
    space = get_object_or_404(Space.objects.select_related("partnership"), slug=slug)
    if request.method != "POST":
        return render(
            request, "platforms/export.html", {"space": space, "counts": _counts(space), "shares": counts(space)}
        )
    log(space, "space.export", by=request.user, reason=str(space.pk))
    response = StreamingHttpResponse(archive_of(space, by=request.user), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(space)}"'
    return response


def _counts(space):
    names = ("threads", "documents", "decisions", "tasks", "members")
    return {name: getattr(space, name).count() for name in names}
