"""NOTICE names every direct dependency with the licence that its own metadata states; every one of them is used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import metadata, packages_distributions

import pytest

from tests.repository.house import PACKAGE

ROOT = PACKAGE.parents[1]
ASSETS = PACKAGE / "interfaces" / "assets"

# What older metadata says in words, and what the licence is called (SPDX).
SPOKEN = {"MIT License": "MIT", "BSD License": "BSD-"}


def asked(name: str) -> list[str]:
    lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [found[0] for line in lines if (found := re.match(r"[A-Za-z0-9][\w.-]*", line))]


def required() -> list[str]:
    return [*asked("runtime"), *asked("traces")]


def noticed() -> dict[str, str]:
    """Name → licence, from the indented lines."""
    lines = (ROOT / "NOTICE").read_text(encoding="utf-8").splitlines()
    return {
        name: licence for line in lines if line.startswith("  ") for name, _, licence in [line.strip().partition(": ")]
    }


def stated(name: str) -> str:
    """The licence by the package's metadata: an SPDX expression where it has one, else what its older fields say."""
    about = metadata(name)
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    spoken = str(about.get("License") or "").strip()
    if not spoken or len(spoken) > 40:
        classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
        assert len(classifiers) == 1, f"{name} states no licence"
        spoken = classifiers[0].rpartition(" :: ")[2]
    return SPOKEN.get(spoken, spoken)


@pytest.mark.parametrize("name", required())
def test_a_python_package_stands_in_the_notice(name: str) -> None:
    licence = noticed().get(name)
    assert licence is not None, f"NOTICE does not name {name}"
    said = stated(name)
    assert licence.startswith(said) if said.endswith("-") else re.split(r"; ", licence)[0] == said


def test_the_notice_names_nothing_else() -> None:
    assert set(noticed()) == {*required(), *_web()}


def _web() -> list[str]:
    return list(json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))["dependencies"])


@pytest.mark.parametrize("name", _web())
def test_a_web_package_stands_in_the_notice(name: str) -> None:
    about = ASSETS / "node_modules" / name / "package.json"
    assert name in noticed()
    if about.exists():
        assert noticed()[name] == json.loads(about.read_text(encoding="utf-8"))["license"]


def _words() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        if "node_modules" not in path.parts:
            yield path.read_text(encoding="utf-8")


def test_what_is_required_is_used() -> None:
    """Imported, or named in a setting: a package that nothing mentions is only a burden."""
    modules: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            modules.setdefault(re.sub(r"[-_.]+", "-", package.lower()), set()).add(module)
    # Django finds its hasher of this library by itself (settings, PASSWORD_HASHERS).
    modules["argon2-cffi"].add("Argon2PasswordHasher")
    everything = "\n".join(_words())
    idle = [
        name
        for name in required()
        if not any(re.search(rf"\b{re.escape(module)}\b", everything) for module in modules[name.lower()])
    ]
    assert idle == []


@pytest.mark.parametrize("name", ["runtime", "traces"])
def test_the_lock_holds_what_is_required_and_hashes(name: str) -> None:
    locked = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    names = {one.lower() for one in re.findall(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,]+\])?==", locked, re.MULTILINE)}
    assert {one.lower() for one in asked(name)} <= names
    assert len(re.findall(r"^[A-Za-z0-9]", locked, re.MULTILINE)) <= locked.count("--hash=sha256:")
    via = re.findall(rf"^    # +(?:via )?(-r requirements/{name}\.in)", locked, re.MULTILINE)
    assert len(via) == len(asked(name)), f"locked anew after every change of {name}.in"


def test_what_traces_need_is_what_a_site_has_of_it() -> None:
    """Both locks go into one environment, so a package that stands in both has one version."""
    pins = [
        dict(
            re.findall(
                r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M
            )
        )
        for name in ("runtime", "traces")
    ]
    both = pins[0].keys() & pins[1].keys()
    assert {name: pins[0][name] for name in both} == {name: pins[1][name] for name in both}
