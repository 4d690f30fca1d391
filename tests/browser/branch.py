"""A gateway with settings and a clock of its own, beside the one of the other tests and before the same engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from scripts.local import free_port
from scripts.stack import Stack
from tests.browser.desk import Desk
from tests.browser.sites import Site
from tests.browser.staff import Staff


class Branch:
    """The gateway, a site that embeds it, and those who work at its desk."""

    def __init__(self, playwright: Playwright, engine: Stack, folder: Path, **environment: str) -> None:
        """Starts it.

        Args:
            playwright: For the requests of the staff.
            engine: Whose engine answers.
            folder: Where it keeps everything.
            environment: Its settings.
        """
        self.stack = Stack(
            folder / "data",
            folder / "logs",
            free_port(),
            environment={
                # As for the other stack: all visitors come from one address, and few agents do all the work.
                "UWALLET_RATE_SESSIONS_PER_ADDRESS": "100000/minute",
                "UWALLET_RATE_DESK_REQUESTS_PER_AGENT": "100000/minute",
                **environment,
            },
            beside=engine,
            popen=engine.popen,
        )
        self.stack.start()
        self.site = Site(self.stack)
        self.staff = Staff(playwright, self.stack)

    def set_clock(self, moment: str) -> None:
        """Lets the gateway go on at another time."""
        self.stack.restart_gateway(UWALLET_CLOCK=moment)

    def open_desk(self, new_context: Callable[..., BrowserContext], username: str) -> Desk:
        """Opens the desk of somebody in a browser of their own; they are online."""
        return self.staff[username].open_desk(self.stack.address, new_context)

    def close(self) -> None:
        """Stops it."""
        self.staff.close()
        self.site.close()
        self.stack.stop()
