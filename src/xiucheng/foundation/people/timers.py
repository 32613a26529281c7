"""What time itself does here: erasures that a crash left over, and what sign-in need not remember any longer."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings

from . import vault
from .models import Remembered, SignInAttempts

_FORGOTTEN_AFTER = timedelta(days=1)


def carry_out_erasures(now: datetime) -> int:
    """Destroy keys that are on the list and still there; returns how many. Once a minute; safe in several workers."""
    return vault.carry_out_waiting()


def tidy(now: datetime) -> int:
    """Drop attempts older than a day, remembered rates that have run out, and sessions that ended; returns how many of
    the first two. Once an hour; safe in several workers.
    """
    attempts, _by_model = SignInAttempts.objects.filter(last_at__lt=now - _FORGOTTEN_AFTER).delete()
    remembered, _by_model = Remembered.objects.filter(expires__lt=now).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return attempts + remembered
