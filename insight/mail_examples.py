"""The mails of the public news as examples (`notifications.examples`)."""

from django.conf import settings
from django.utils import timezone

from notifications.examples import LONG, Example
from notifications.models import EmailKind
from notifications.rendering import one_click

STOP = f"{settings.SITE_URL}/nyhetsbrev/exempel/"


def mails(say):
    return [Example("news_confirm", secret={"token": "exempel"}), *_news(say)]


def _news(say):
    actors = [_new(say, name) for name in ("Kustens Mast & Rigg AB", "Sensorbolaget AB", LONG)]
    partnership = _new(say, say("Levande vikar", "Living bays"))
    actors_part = {"label": say("Nya aktörer", "New actors"), "rows": actors, "more": 7, "url": "/aktorer/"}
    others = {"label": say("Nya partnerskap", "New partnerships"), "rows": [partnership], "more": 0, "url": "/"}
    return [
        _mail("usual", [actors_part, others], "weekly"),
        _mail("one", [others], "monthly"),
    ]


def _new(say, title):
    about = say("Vi mäter syre i vikar med egna sensorer.", "We measure oxygen in bays with sensors of our own.")
    return {"title": title, "url": "/", "text": "Hamnstad", "about": about, "at": timezone.now()}


def _mail(case, parts, rhythm):
    number = sum(len(part["rows"]) + part["more"] for part in parts)
    values = {"parts": parts, "first": parts[0]["rows"][0]["title"], "others": number - 1, "rhythm": rhythm}
    said = {**values, "stop": STOP, "headers": one_click(STOP, "news")}
    return Example("news", case, kind=EmailKind.DIGEST, live=said)
