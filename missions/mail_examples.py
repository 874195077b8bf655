"""The mails of missions as examples (`notifications.examples`)."""

from notifications.examples import LONG, Example


def mails(say):
    text = say("Lånar ut två mätbojar under 2027", "Lends two measuring buoys in 2027")
    mission = {"slug": "levande-vikar", "name": say("Levande vikar 2032", "Living bays 2032")}
    answer = say("Tack! Vi hörs om var de ska ligga.", "Thank you! Let us talk about where to put them.")
    yes = {"commitment": {"number": 3, "text": text, "wave": 2, "answer": answer}, "mission": mission, "accepted": True}
    no = {"commitment": {"number": 3, "text": LONG, "wave": 1, "answer": LONG}, "mission": mission, "accepted": False}
    return [Example("offer_answered", live=yes), Example("offer_answered", "declined", live=no)]
