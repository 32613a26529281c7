"""What doctor refuses, each thing made wrong for real: rights, administrators, clock, certificate, doors left open."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.cluster import Databases
from xiucheng.kit.now import now


def _errors(check: Any) -> str:
    return " | ".join(text for level, text in check() if level == "error")


def _as_admin(site: Databases, *statements: str) -> None:
    name = str(conninfo_to_dict(site.url)["dbname"])
    with psycopg.connect(site.admin_url, dbname=name, autocommit=True) as admin:
        for statement in statements:
            admin.execute(sql.SQL(statement))  # type: ignore[arg-type]


def test_a_server_that_asks_for_a_password_passes_and_one_that_does_not_is_found(
    site: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xiucheng.interfaces.cli import safety

    assert _errors(safety.authentication) == ""
    _hba(site, "local all all trust")
    try:
        assert "trust" in _errors(safety.authentication)
    finally:
        _hba(site, "local all all scram-sha-256")
    assert _errors(safety.authentication) == ""


def _hba(site: Databases, line: str) -> None:
    with psycopg.connect(site.admin_url, autocommit=True) as admin:
        row = admin.execute("SHOW hba_file").fetchone()
        assert row is not None
        file = Path(row[0])
        file.write_text(f"{line}\n")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("SELECT pg_sleep(0.2)")


def test_rights_that_go_too_far_are_named(site: Databases) -> None:
    from xiucheng.interfaces.cli import safety

    assert _errors(safety.rights) == ""
    _as_admin(site, "GRANT CREATE ON SCHEMA public TO PUBLIC", "ALTER ROLE xc_testsite CREATEDB")
    try:
        told = _errors(safety.rights)
    finally:
        _as_admin(site, "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "ALTER ROLE xc_testsite NOCREATEDB")
    assert "public" in told
    assert len(told.split(" | ")) == 2


def test_a_collation_that_the_system_has_changed_is_found(site: Databases) -> None:
    from xiucheng.interfaces.cli import doctor

    assert _errors(doctor.database) == ""
    _as_admin(site, "UPDATE pg_database SET datcollversion = 'old' WHERE datname = current_database()")
    assert "REINDEX" in _errors(doctor.database)


def test_an_administrator_with_a_post_in_the_work_is_found(site: Databases) -> None:
    from tests.world import SETUP, build
    from xiucheng.foundation.people import commands
    from xiucheng.interfaces.cli import safety
    from xiucheng.kit.refused import Refused

    world = build(now() - timedelta(days=1))
    assert _errors(safety.administrators) == ""
    # The rooms refuse it; so it is put there as somebody at the database would.
    with pytest.raises(Refused):
        commands.start_membership(
            by=SETUP, now=now(), person_id=world.people["audit_admin"], role="security_admin", area="", agency_id=None
        )
    with psycopg.connect(site.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE people_membership SET person_id = %s WHERE person_id = %s AND role = 'dispatcher'",
            [world.people["audit_admin"], world.people["dispatcher"]],
        )
    told = _errors(safety.administrators)
    assert "audit_admin" in told
    assert "dispatcher" in told


@pytest.mark.parametrize(("apart", "level"), [(0.0, "ok"), (5.0, "warn"), (-90.0, "error")])
def test_clocks_that_are_apart(site: Databases, monkeypatch: pytest.MonkeyPatch, apart: float, level: str) -> None:
    from xiucheng.interfaces.cli import safety
    from xiucheng.kit import now as clock

    right = clock.now
    monkeypatch.setattr(clock, "now", lambda: right() - timedelta(seconds=apart))
    assert next(iter(safety.clock()))[0] == level


def test_a_certificate_that_ends_and_one_that_cannot_be_read(site: Databases, settings: Any, tmp_path: Path) -> None:
    from xiucheng.interfaces.cli import safety

    for days, level in ((200, "ok"), (10, "warn"), (1, "error")):
        settings.CERTIFICATE = str(_certificate(tmp_path, days))
        assert next(iter(safety.certificate()))[0] == level
    settings.CERTIFICATE = str(tmp_path / "absent.pem")
    assert "absent.pem" in _errors(safety.certificate)


def _certificate(folder: Path, days: int) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "weihai.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{days}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path
