"""Password hashing within the memory of a small server."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (OWASP's first choice); under the house's limit of 50 MiB."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
