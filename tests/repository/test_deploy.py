"""The files that an operator copies are understood by the programs that read them, and name what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from xiucheng.config import environment

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*@.*"))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="NOT RUN: systemd-analyze is not here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    assert len(UNITS) == 5
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text().replace("/opt/xiucheng/bin/python", str(program))
        (tmp_path / unit.name.replace("@", "@weihai")).write_text(text)
    files = [str(path) for path in sorted(tmp_path.glob("xiucheng-*"))]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "xiucheng" in line]
    assert complaints == []


@pytest.mark.skipif(not shutil.which("nginx"), reason="NOT RUN: nginx is not here")
def test_nginx_understands_its_file(tmp_path: Path) -> None:
    certificate = ["-keyout", str(tmp_path / "weihai.key"), "-out", str(tmp_path / "weihai.pem"), "-subj", "/CN=weihai"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *certificate],
        check=True,
        capture_output=True,
    )
    site = (DEPLOY / "nginx" / "xiucheng.conf").read_text().replace("/etc/xiucheng/tls", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; include {tmp_path}/site.conf; }}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_proxy_sends_the_stream_and_hides_the_figures() -> None:
    text = (DEPLOY / "nginx" / "xiucheng.conf").read_text()
    assert re.search(r"location /stream/ \{[^}]*proxy_buffering off", text)
    assert re.search(r"metrics[^{]*\{[^}]*deny all", text)
    # Appended addresses could be made up by whoever asks.
    assert "$proxy_add_x_forwarded_for" not in text


def test_every_variable_of_the_files_is_a_setting() -> None:
    known = {setting.name for setting in environment.TABLE} | {"WEB_PORT", "WEB_WORKERS", "STREAM_PORT"}
    named: set[str] = set()
    for line in (DEPLOY / "site.env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            named.add(line.partition("=")[0])
    for unit in UNITS:
        named |= set(re.findall(r"\b(XIUCHENG_[A-Z_]+)=", unit.read_text()))
    assert named - known == set()
    assert {"DATABASE_URL", "XIUCHENG_MASTER_KEYS", "XIUCHENG_HTTPS", "XIUCHENG_BACKUPS_KEYS"} <= named


def test_the_commands_of_the_guide_exist() -> None:
    from typer.main import get_command

    from xiucheng.interfaces.cli.main import app

    guide = (ROOT / "docs" / "deploy.md").read_text()
    commands = set(getattr(get_command(app), "commands"))  # noqa: B009
    named = set(re.findall(r"^(?:.*/)?xiucheng ([a-z]+)", guide, re.MULTILINE)) | set(
        re.findall(r"`xiucheng ([a-z]+)", guide)
    )
    assert {"provision", "migrate", "doctor", "backup", "restore"} <= named
    assert named - commands - {"wheel", "bundle"} == set(), "these belong to ./xiucheng in a checkout"
    for path in re.findall(r"deploy/[\w./*-]+", guide):
        assert list(ROOT.glob(path)), path
