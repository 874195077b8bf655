"""What every page knows."""

from django.conf import settings

from web import region


def site(request):
    return {"region": region.current(), "demo": settings.DEMO}
