"""The region's colours as a style sheet of its own: only validated slugs and colours reach it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from web import region


@login_not_required
@require_safe
def region_css(request):
    """Kept for a year when asked for by its content's hash, as `region_css_url` does; else for five minutes."""
    here = region.current()
    response = HttpResponse(here.css, "text/css; charset=utf-8")
    if request.GET.get("v") == here.css_version:
        patch_cache_control(response, public=True, max_age=31536000, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=300)
    return response


def region_css_first(get_response):
    """Answer before anybody is asked who they are: the colours are everybody's, and a browser may keep them."""

    def middleware(request):
        is_it = request.path_info == reverse("region_css")
        return region_css(request) if is_it else get_response(request)

    return middleware
