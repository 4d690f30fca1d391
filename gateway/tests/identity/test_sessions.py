"""Sessions that begin at one moment."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.sessions import SessionRules, Sessions
from uwallet_gateway.identity.sites import Sites


@pytest.mark.both_databases
async def test_tabs_that_name_one_session_at_one_moment_have_one_conversation(database: Database) -> None:
    keys = Keys(["k" * 32])
    sessions = Sessions(database, keys, SessionRules(timedelta(days=30), timedelta(days=1), timedelta(days=1)))
    site = await Sites(database, keys).create("S", [], key="site")
    for _ in range(3):
        name = str(uuid.uuid4())
        opened = await asyncio.gather(*(sessions.open(site, name, None, forgiving=True) for _ in range(6)))
        assert len({it.session.conversation_id for it in opened}) == 1
        assert sum(it.begins for it in opened) == 1
