"""Which reminders a person wants. A kind of reminder has the name of its template; the app that sends it says, in its
`AppConfig.ready`, in which words it is offered. Not wanting one is a Mute of "mail:<template>"."""

from notifications.models import Mute

PREFIX = "mail:"

_kinds = {}


def register(template, label):
    """`label` completes "I want mails about …" for people."""
    _kinds[template] = label


def kinds():
    """[(template, label)] in the order in which they were named."""
    return list(_kinds.items())


def target(template):
    return PREFIX + template


def unwanted(user):
    """The kinds that `user` does not want."""
    muted = Mute.objects.filter(user=user, target__startswith=PREFIX)
    return {one.removeprefix(PREFIX) for one in muted.values_list("target", flat=True)}


def choose(user, wanted):
    """`user` wants reminders of these kinds, and no others."""
    Mute.objects.filter(user=user, target__in=map(target, wanted)).delete()
    refused = [Mute(user=user, target=target(kind)) for kind, _label in kinds() if kind not in wanted]
    Mute.objects.bulk_create(refused, ignore_conflicts=True)


def stop(user, template):
    """`user` wants no more reminders of this kind."""
    Mute.objects.get_or_create(user=user, target=target(template))
