"""The site's secrets of this room: what tracking keys and row digests are made with, derived and never stored."""

from xiucheng.foundation.people import vault

from .tracking import key_of, serial_of


def _secret() -> str:
    # From the vault's index key: of this site alone, and unchanged when the master key or Django's is rotated.
    return vault.blind("intake.tracking", "1").hex()


def tracking_key(serial: int) -> str:
    """The tracking key of a report by its running number."""
    return key_of(serial, _secret())


def serial_by_key(key: str) -> int | None:
    """The running number of a tracking key as typed, None where it is none of ours."""
    return serial_of(key, _secret())


def row_key() -> bytes:
    """What digests of imported rows are keyed with."""
    return vault.blind("intake.rows", "1")
