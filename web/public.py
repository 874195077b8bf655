"""Public pages: what may be kept by whom."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

MINUTE = 60


def public_page(view=None, *, max_age=MINUTE):
    """A page for anybody: a minute's keeping and an ETag for the anonymous, nothing kept for a signed-in person.

    The page may differ with the session, hence `Vary: Cookie`; an anonymous reader is given no cookie.
    """

    def decorator(view):
        @login_not_required
        @require_safe
        @conditional_page
        @wraps(view)
        def kept(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            if request.user.is_authenticated:
                patch_cache_control(response, private=True, no_store=True)
            elif response.status_code == 200 and "Cache-Control" not in response:
                patch_cache_control(response, public=True, max_age=max_age)
                patch_vary_headers(response, ["Cookie"])
            return response

        return kept

    return decorator(view) if view else decorator
