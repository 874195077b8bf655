from django.core.management.base import BaseCommand

from accounts.models import User
from s3hub import demo


class Command(BaseCommand):
    help = "Prints the second factor's code of now for the demo's staff."

    def handle(self, **options):
        emails = [person["email"] for person in demo.people()]
        for user in User.objects.filter(email__in=emails):
            secret = demo.second_factor(user)
            if secret:
                code, seconds = demo.current_code(secret)
                self.stdout.write(f"{user.email}  {code}  ({seconds} s left)")
