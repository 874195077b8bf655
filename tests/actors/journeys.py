"""Steps of registration and claim as a test client takes them, and the code as the ledger keeps it."""

from django.urls import reverse

from notifications.models import Email

DETAILS = {"name": "Havsprov AB", "kind": "sme", "person": "Eva Ek", "email": "eva@havsprov.example"}
NUMBER = "556012-5790"


def code_for(email):
    """The last code sent to `email`."""
    return Email.objects.filter(template="registration_code", to=email).order_by("-pk")[0].secret["code"]


def register(client, query=NUMBER, **details):
    """From the first page to a signed-in person with a draft; the answer of the last POST."""
    values = DETAILS | details
    client.post(reverse("registration_start"), {"query": query, "new": "1"})
    client.post(reverse("registration_details"), values)
    return client.post(reverse("registration_code"), {"code": code_for(values["email"])})
