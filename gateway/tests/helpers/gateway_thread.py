"""A gateway beside the tests that are not made of coroutines."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.servers import free_port, serving
from uwallet_gateway.settings import load_settings


class GatewayThread(threading.Thread):
    """A gateway without rate limits in a loop of its own: schemathesis is not made of coroutines.

    Attributes:
        ready: Set when it serves, or has failed to.
        gateway: It, when it serves.
        token: Of a visitor's session.
        loop: Where its coroutines run.
    """

    def __init__(self, folder: Path) -> None:
        """Starts nothing yet; its data goes into the folder."""
        super().__init__(daemon=True)
        self._folder = folder
        self.ready = threading.Event()
        self.gateway: Gateway | None = None
        self.token = ""
        self.loop = asyncio.new_event_loop()
        self._end = asyncio.Event()

    def run(self) -> None:
        """Serves until it is stopped."""
        self.loop.run_until_complete(self._serve())

    def stop(self) -> None:
        """Ends it and waits."""
        self.loop.call_soon_threadsafe(self._end.set)
        self.join()
        self.loop.close()

    async def _serve(self) -> None:
        engine, port = FakeEngine(), free_port()
        unlimited = dict.fromkeys(
            (
                "rate_messages_per_user",
                "rate_messages_per_address",
                "rate_sessions_per_address",
                "rate_attachments_per_user",
                "rate_requests_per_user",
                "rate_sign_ins_per_address",
                "rate_failed_sign_ins_per_address",
                "rate_desk_requests_per_agent",
            ),
            "",
        )
        configured = load_settings(
            development=True,
            port=free_port(),
            data_dir=self._folder,
            web_dir=self._folder / "no web",
            engine_url=f"http://127.0.0.1:{port}",
            **unlimited,
        )
        try:
            async with serving(engine, port), running_gateway(configured, engine) as gateway:
                self.gateway = gateway
                self.token = await gateway.token()
                self.ready.set()
                await self._end.wait()
        finally:
            self.ready.set()
