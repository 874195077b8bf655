"""Who is seen by the other participants: only who has chosen to be."""

from events.models import Registration


def choose(registration, *, is_listed):
    """Be seen by the others, or no longer; one's own choice, which nobody else makes."""
    Registration.objects.filter(pk=registration.pk).update(is_listed=is_listed)


def seen_by_others(event):
    """Those with a seat who want to be seen, A–Ö."""
    return list(event.registrations.confirmed().filter(is_listed=True).select_related("actor").order_by("name", "pk"))
