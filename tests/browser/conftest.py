"""One stack for all browser tests, and a fresh visitor for each."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from scripts.local import HOST, MODEL, free_port
from scripts.stack import DEMONSTRATION_SITE, Stack
from scripts.warm_start import warm_gateway
from tests.browser.desk import Desk
from tests.browser.sites import Site, visit
from tests.browser.staff import Staff
from tests.browser.widget import Widget
from tests.paths import ROOT

SCREENSHOTS = ROOT / "results" / "browser"
DESKTOP = {"width": 1280, "height": 800}
FAILED = pytest.StashKey[bool]()
SHOWN_LINES = 40
# The one without windows needs a quarter of the processor's time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# A turn takes some tens of milliseconds; a machine under load takes its time.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds what people want to look at; drawing it takes a browser's whole core for a moment."""
    parser.addoption("--screenshots", action="store_true", help="keep pictures in results/browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes which tests have failed, for a picture of what they saw, and adds what browsers and gateway have said."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        fixtures = getattr(item, "funcargs", {})
        if complaints := fixtures.get("complaints"):
            report.sections.append(("browsers' consoles", "\n".join(complaints.heard)))
        if stack := fixtures.get("stack"):
            lines = stack.gateway.output().splitlines()
            report.sections.append(("end of the gateway's log", "\n".join(lines[-SHOWN_LINES:])))
    return report


def _name_of(test: pytest.Item) -> str:
    return re.sub(r"^test_|[^\w-]+", "", test.name)


def _chromium() -> str | None:
    names = (os.environ.get("UWALLET_CHROMIUM", ""), *CHROMIUMS)
    return next((path for name in names if name and (path := shutil.which(name))), None)


def labelled_set(folder: Path) -> Path:
    """Returns a file that names one small set, whose message a test of the studio takes over."""
    (folder / "own.tsv").write_text("登录密码想不起来了怎么重设\tforgot_password\n", encoding="utf-8")
    (folder / "sets.yml").write_text("sets: [{name: own, path: own.tsv}]\n", encoding="utf-8")
    return folder / "sets.yml"


@pytest.fixture(scope="session")
def chromium() -> str:
    path = _chromium()
    if path is None:
        pytest.skip("There is no Chromium: on Debian apt-get install chromium-headless-shell, or set UWALLET_CHROMIUM.")
    return path


@pytest.fixture(scope="session")
def provider_port() -> int:
    """Where the identity provider of the stack listens, once a test starts it."""
    return free_port()


@pytest.fixture(scope="session")
def running_stack(chromium: str, tmp_path_factory: pytest.TempPathFactory, provider_port: int) -> Iterator[Stack]:
    for needed in (MODEL, ROOT / "gateway" / ".venv", ROOT / "web" / "dist" / "files.json"):
        if not needed.exists():
            pytest.fail(f"{needed} is missing. `make test-browser` makes it.")
    # Forks of a process that has imported the gateway; tests/scripts/test_run.py starts it as `make run` does.
    with warm_gateway("tests.helpers.quick_passwords", "tests.helpers.few_wordings") as popen:
        stack = Stack(
            tmp_path_factory.mktemp("data"),
            tmp_path_factory.mktemp("logs"),
            free_port(),
            environment={
                # All visitors of these tests come from one address.
                "UWALLET_RATE_SESSIONS_PER_ADDRESS": "100000/minute",
                # The same few agents open the desk anew for every test.
                "UWALLET_RATE_DESK_REQUESTS_PER_AGENT": "100000/minute",
                # Playing stored conversations before a publication takes minutes; tests of the bot do so anyway.
                "UWALLET_CONVERSATIONS_DIR": str(tmp_path_factory.mktemp("conversations")),
                "UWALLET_SETS_FILE": str(labelled_set(tmp_path_factory.mktemp("sets"))),
                # Seconds after which users are told that it takes longer; tests need not wait the usual seven.
                "UWALLET_NOTICE_AFTER": "2",
                # The gateway asks it for nothing before somebody signs in by it.
                "UWALLET_DESK_OIDC_ISSUER": f"http://{HOST}:{provider_port}",
                "UWALLET_DESK_OIDC_CLIENT_ID": "desk",
                "UWALLET_DESK_OIDC_CLIENT_SECRET": "the client's secret, long enough to sign with",
            },
            popen=popen,
        )
        stack.start()
        # test_notice.py is about the notice on stored chats; elsewhere it is in the way.
        stack.command("set-notice", DEMONSTRATION_SITE, "none")
        yield stack
        stack.stop()


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    """The stack, both processes running."""
    for process in (running_stack.engine, running_stack.gateway):
        if process.pid is None:
            process.start()
            process.wait_until_ready(180)
    return running_stack


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = _playwright.chromium.launch(
        executable_path=chromium,
        # Chromium's own sandbox cannot start as root.
        chromium_sandbox=os.geteuid() != 0,
    )
    yield browser
    browser.close()


class Complaints:
    """What browsers say on their consoles about errors."""

    def __init__(self) -> None:
        """Has heard nothing yet, and forgives nothing."""
        self.heard: list[str] = []
        self._forgiven: tuple[str, ...] = ()

    def forgive(self, *words: str) -> None:
        """Lets those pass that contain one of these words."""
        self._forgiven += words

    def forgive_lost_connections(self) -> None:
        """Lets pass what browsers say when a server is gone."""
        self.forgive("WebSocket", "net::ERR_", "Failed to load resource: the server responded with a status of 5")

    def check(self) -> None:
        """Fails if there is one that is not forgiven."""
        assert not [text for text in self.heard if not any(word in text for word in self._forgiven)]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def new_context(
    request: pytest.FixtureRequest, browser: Browser, complaints: Complaints
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes further visitors: browsers that share nothing with each other."""
    contexts: list[BrowserContext] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.heard.append(message.text)

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.heard.append(f"{error.name}: {error.message}"))
        page.on("console", heard)

    def make(**options: object) -> BrowserContext:
        # Without animations: a press that begins before a dialog moves into place and ends after it goes nowhere.
        settings = {"locale": "zh-CN", "viewport": DESKTOP, "reduced_motion": "reduce", **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type] # as many as Playwright knows
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield make
    if request.node.stash.get(FAILED, False):
        pages = [page for context in contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            page.screenshot(path=SCREENSHOTS / f"FAILED-{_name_of(request.node)}-{number}.png")
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(new_context: Callable[..., BrowserContext], complaints: Complaints) -> Iterator[BrowserContext]:
    """A browser that was never here before, at a desk."""
    yield new_context()
    complaints.check()


@pytest.fixture(scope="session")
def shared_site(running_stack: Stack) -> Iterator[Site]:
    site = Site(running_stack)
    yield site
    site.close()


@pytest.fixture
def site(stack: Stack, shared_site: Site) -> Site:
    """A site that embeds the bot on any page; the same for all tests."""
    return shared_site


@pytest.fixture(scope="session")
def whole_staff(_playwright: Playwright, running_stack: Stack) -> Iterator[Staff]:
    staff = Staff(_playwright, running_stack)
    yield staff
    staff.close()


@pytest.fixture
def staff(stack: Stack, whole_staff: Staff) -> Staff:
    """Those who work at the desk: nobody is there, nothing is open."""
    whole_staff.tidy()
    return whole_staff


@pytest.fixture
def desk_of(
    new_context: Callable[..., BrowserContext], complaints: Complaints, stack: Stack, staff: Staff
) -> Iterator[Callable[..., Desk]]:
    """Opens the desk of somebody, by username, in a browser of their own; they are online."""

    def open_desk(username: str, **options: object) -> Desk:
        return staff[username].open_desk(stack.address, new_context, **options)

    yield open_desk
    complaints.check()


@pytest.fixture
def customer(
    new_context: Callable[..., BrowserContext], complaints: Complaints, site: Site
) -> Iterator[Callable[..., Widget]]:
    """Opens the widget in a browser of its own, for a user whom a site vouches for by name."""

    def open_widget(name: str, **options: object) -> Widget:
        widget = visit(new_context(**options), site, name)
        widget.greeted()
        return widget

    yield open_widget
    complaints.check()


@pytest.fixture
def widget(visitor: BrowserContext, stack: Stack) -> Widget:
    """The widget on the demonstration page, not opened yet."""
    page = visitor.new_page()
    page.goto(stack.address)
    return Widget(page)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """With `--screenshots`, keeps a picture under results/browser, named after the test."""

    def take(page: Page, name: str) -> None:
        if not request.config.getoption("--screenshots"):
            return
        page.screenshot(path=SCREENSHOTS / f"{_name_of(request.node)}-{name}.png", animations="disabled")

    return take


@pytest.fixture(scope="session", autouse=True)
def _no_old_screenshots(request: pytest.FixtureRequest) -> None:
    # Of these tests only: others may be running.
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name in map(_name_of, request.session.items):
        for picture in (*SCREENSHOTS.glob(f"{name}-*.png"), *SCREENSHOTS.glob(f"FAILED-{name}-*.png")):
            picture.unlink()
