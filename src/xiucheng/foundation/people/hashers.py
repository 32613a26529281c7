"""How passwords are kept: argon2id with the weights that OWASP names for a server that has other work too."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane (OWASP Password Storage, 2023): about 20 ms; 100 MiB each would starve two cores."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
