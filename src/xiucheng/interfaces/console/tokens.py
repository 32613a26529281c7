"""The token that opens the live stream: signed, short-lived, since an address may end up in a log."""

from django.core import signing

SALT = "console.stream"
SECONDS = 60
"""How long a token opens the stream; the page fetches one just before it connects."""


def token_for(person_id: object) -> str:
    """A token that opens the stream within the next minute."""
    return signing.dumps(str(person_id), salt=SALT)


def is_good(token: str) -> bool:
    """Was the token made here, within the last minute?"""
    try:
        signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return False
    return True
