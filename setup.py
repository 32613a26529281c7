"""Keeps a wheel from being built without its pages or its words; everything else is in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_PACKAGE = Path(__file__).parent / "src" / "xiucheng"
_BUILT = (
    "interfaces/assets/dist/manifest.json",
    "locale/en/LC_MESSAGES/django.mo",
    "locale/zh_Hans/LC_MESSAGES/django.mo",
)


class CompleteBuild(build_py):
    """`build_py` that looks first whether ./xiucheng setup has built what the checkout does not hold."""

    def run(self) -> None:
        missing = [name for name in _BUILT if not (_PACKAGE / name).is_file()]
        if missing and not self.editable_mode:
            raise SystemExit(f"not built yet: {', '.join(missing)}. Run `./xiucheng wheel`, which builds them first")
        super().run()


setup(cmdclass={"build_py": CompleteBuild})
