"""The floor of mail, `M`: stock Django renders text and HTML and sends over one SMTP connection.

`python -m bench.mail_floor PORT COUNT` prints the mails a second.
"""

import sys
import time
from pathlib import Path

import django
from django.conf import settings

settings.configure(
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=int(sys.argv[1]),
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
        }
    ],
)
django.setup()

from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402


def send(connection, number):
    values = {"name": f"Person {number}", "lines": range(10), "site": "https://example.org"}
    text = render_to_string("bench/mail.txt", values)
    to = [f"p{number}@example.org"]
    mail = EmailMultiAlternatives(f"Mail {number}", text, "hub@example.org", to, connection=connection)
    mail.attach_alternative(render_to_string("bench/mail.html", values), "text/html")
    mail.send()


def main(count):
    with get_connection() as connection:
        for number in range(20):
            send(connection, number)
        start = time.perf_counter()
        for number in range(count):
            send(connection, number)
        print(count / (time.perf_counter() - start))


if __name__ == "__main__":
    main(int(sys.argv[2]))
