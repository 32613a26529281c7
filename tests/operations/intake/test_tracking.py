"""The tracking key: derived, read back however it is typed, and worth nothing with a wrong character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiucheng.operations.intake.tracking import key_of, serial_of

SECRET = "a secret of the site"
serials = st.integers(min_value=1, max_value=(1 << 40) - 1)


@given(serials)
def test_a_key_leads_back_to_its_report(serial: int) -> None:
    key = key_of(serial, SECRET)
    assert len(key) == 24
    assert serial_of(key, SECRET) == serial


@given(serials)
def test_a_key_of_another_site_is_none(serial: int) -> None:
    assert serial_of(key_of(serial, SECRET), "another secret") is None


@given(serials, st.integers(min_value=0, max_value=19), st.integers(min_value=1, max_value=31))
def test_a_changed_character_is_none(serial: int, place: int, step: int) -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    plain = list(key_of(serial, SECRET).replace("-", ""))
    plain[place] = alphabet[(alphabet.index(plain[place]) + step) % 32]
    assert serial_of("".join(plain), SECRET) is None


def test_typed_as_people_type() -> None:
    key = key_of(48_213, SECRET)
    for typed in (key.lower(), key.replace("-", ""), key.replace("-", " "), f" {key} "):
        assert serial_of(typed, SECRET) == 48_213
    worn = key.replace("0", "o").replace("1", "l")
    assert serial_of(worn, SECRET) == 48_213


@pytest.mark.parametrize("typed", ["", "????", "0" * 20, "U" * 20, "1" * 19, "1" * 200, "路灯"])
def test_noise_is_none(typed: str) -> None:
    assert serial_of(typed, SECRET) is None


def test_neighbouring_numbers_share_nothing_to_see() -> None:
    keys = [key_of(serial, SECRET) for serial in range(1, 200)]
    assert len({key[:4] for key in keys}) > 150
    assert len({key[-4:] for key in keys}) > 150


def test_only_running_numbers_have_keys() -> None:
    for serial in (0, -1, 1 << 40):
        with pytest.raises(ValueError):
            key_of(serial, SECRET)
