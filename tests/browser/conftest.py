"""A whole site for a real browser: web, stream and worker as processes on a database of the test's own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import free_port, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "src" / "xiucheng" / "interfaces" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "a Password for tests 7"
CHROMIUM = os.environ.get("XIUCHENG_CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A running site: where it is, everybody's password, and the small district where it is that one."""

    url: str
    password: str
    world: World | None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file: its event loop ends with it, so that other files may have one of theirs."""
    from playwright.sync_api import expect, sync_playwright

    # How soon a page answers is measured elsewhere; here the machine may be busy with other tests.
    expect.set_options(timeout=20_000)
    # Playwright's loop runs in this thread, where Django would then refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(committed_db: object, tmp_path: Path) -> Iterator[Site]:
    """The site with the small district of tests; everybody's user name is that of their post."""
    from tests.world import SETUP, build
    from xiucheng.foundation.people import commands
    from xiucheng.kit.now import now

    world = build(now())
    for name in ("acceptor", "dispatcher", "lights_clerk", "shift_leader"):
        commands.create_account(by=SETUP, now=world.now, person_id=world.people[name], username=name, password=PASSWORD)
    with running(tmp_path) as url:
        yield Site(url, PASSWORD, world)


@pytest.fixture
def empty_site(committed_db: object, tmp_path: Path) -> Iterator[Site]:
    """A site as it is right after it was made: its administrators, and nothing else."""
    from tests.world import SETUP
    from xiucheng.foundation.people import commands
    from xiucheng.kit.now import now

    for role in ("system_admin", "security_admin"):
        person = commands.register_person(by=SETUP, now=now(), name=f"示例{role}")
        commands.start_membership(by=SETUP, now=now(), person_id=person, role=role)
        commands.create_account(by=SETUP, now=now(), person_id=person, username=role, password=PASSWORD)
    with running(tmp_path) as url:
        yield Site(url, PASSWORD, None)


@pytest.fixture
def sample_site(committed_db: object, tmp_path: Path) -> Iterator[Site]:
    """The site as the demo shows it: the sample district with a week behind it."""
    from xiucheng.interfaces.demo import sample
    from xiucheng.kit.now import now

    sample.load(now())
    with running(tmp_path) as url:
        yield Site(url, sample.accounts()[0].password, None)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Web, stream and worker as processes; yields the address once all three are alive."""
    from xiucheng.config.processes import find_ports

    ports = find_ports("127.0.0.1", free_port())
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "XIUCHENG_DEMO": "1",
        "XIUCHENG_STREAM_URL": f":{ports.stream}/stream/",
    }
    members = (
        ("xiucheng.config.serving", "web", "--port", str(ports.web)),
        ("xiucheng.config.serving", "stream", "--port", str(ports.stream)),
        ("xiucheng", "worker"),
    )
    processes = []
    for words in members:
        with (folder / f"{words[1]}.log").open("wb") as log:
            command = [sys.executable, "-m", *words]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT))
    url = f"http://127.0.0.1:{ports.web}"
    try:
        until(lambda: _healthy(url), 60, f"{url}/healthz; logs in {folder}")
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A page for somebody: signed in by their post's name, or a resident without one.

    Errors of scripts, breaches of the content policy and requests that leave the site fail the test.
    """
    asked = next((name for name in ("sample_site", "empty_site") if name in request.fixturenames), "site")
    site: Site = request.getfixturevalue(asked)
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: troubles.append(asked.url) if _leaves(asked.url) else None)

    def enter(
        name: str | None = None, *, width: int = 1440, dark: bool = False, language: str = "zh", **more: Any
    ) -> Page:
        size = {"width": width, "height": 900 if width > 500 else 780}
        context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light", locale="zh-CN", **more)
        contexts.append(context)
        if language == "en":
            context.add_cookies([{"name": "xc_language", "value": "en", "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        watch(page)
        if name:
            page.goto(f"{site.url}/accounts/login/")
            page.locator("[name=login]").fill(name)
            page.locator("[name=password]").fill(site.password)
            page.locator("main button[type=submit]").click()
            page.wait_for_url(f"{site.url}/desk/**")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not troubles, troubles


def _leaves(url: str) -> bool:
    return "127.0.0.1" not in url and not url.startswith(("data:", "blob:"))


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse on the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{one['id']}: {one['help']} ({', '.join(str(node['target']) for node in one['nodes'][:3])})"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def picture(page: Page, name: str) -> None:
    """A picture of the page for docs/; only where XIUCHENG_PICTURES asks for it, so that a test run changes nothing."""
    folder = ROOT / "docs" / "pictures" if os.environ.get("XIUCHENG_PICTURES") else ROOT / "test-results"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
