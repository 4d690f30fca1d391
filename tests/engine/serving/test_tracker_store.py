"""Conversations kept in memory are the ones in the database, whoever writes there."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException, RasaException
from rasa.utils.endpoints import EndpointConfig

from engine.serving import tracker_store
from engine.serving.agent import ServingAgent
from engine.serving.tracker_store import ServingSQLTrackerStore, create_tracker_store
from engine.store_trouble import TakenOverError, is_store_away
from tests.engine.serving.test_tracker import DOMAIN, state

TURN = [
    UserUttered("what", {"name": "ask"}, [{"entity": "colour", "value": ("red", "blue")}]),
    ActionExecuted("action_tell", "RulePolicy", 1.0),
    BotUttered("hello", {"buttons": [{"title": "a", "payload": "/a"}]}, {"utter_action": "utter_hello"}),
    SlotSet("count", {"visited": (1, 2)}),
    ActionExecuted("action_listen"),
]
SESSION: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def stores(tmp_path: Path) -> tuple[SQLTrackerStore, ServingSQLTrackerStore]:
    return SQLTrackerStore(DOMAIN, db=str(tmp_path / "rasa.db")), ServingSQLTrackerStore(
        DOMAIN, db=str(tmp_path / "s.db")
    )


async def say(store: TrackerStore, events: list[Event], sender: str = "me", clock: float = 0) -> None:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in copy.deepcopy(events):
        event.timestamp = clock = clock + 1
        tracker.update(event, DOMAIN)
    await store.save(tracker)


async def known(store: TrackerStore, sender: str = "me") -> dict[str, Any]:
    tracker = await store.retrieve(sender)
    assert tracker is not None
    return {**state(tracker), "events": [event.as_dict() for event in tracker.events]}


def rows(store: SQLTrackerStore) -> list[Any]:
    with store.session_scope() as session:
        columns = [column for column in store.SQLEvent.__table__.c if column.name != "id"]
        return [tuple(row) for row in session.query(*columns).order_by(store.SQLEvent.id)]


async def test_retrieved_and_stored_is_what_rasa_retrieves_and_stores(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    for number, events in enumerate((SESSION + TURN, TURN, [], TURN, SESSION + TURN, TURN)):
        for store in (rasa, serving):
            await say(store, events, clock=100 * number)
        assert await known(serving) == await known(rasa)
        assert rows(serving) == rows(rasa)
    full, expected = await serving.retrieve_full_tracker("me"), await rasa.retrieve_full_tracker("me")
    assert full
    assert full == expected
    assert await serving.retrieve("somebody else") is None


async def test_in_memory_it_is_the_same(tmp_path: Path) -> None:
    rasa, serving = SQLTrackerStore(DOMAIN, db=str(tmp_path / "rasa.db")), tracker_store.memory_tracker_store(DOMAIN)
    for number, events in enumerate((SESSION + TURN, TURN, SESSION + TURN, TURN)):
        for store in (rasa, serving):
            await say(store, events, clock=100 * number)
        assert await known(serving) == await known(rasa)
    assert rows(serving) == rows(rasa)


async def test_events_from_before_the_session_are_left_out_as_by_rasa(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    for store in (rasa, serving):
        await say(store, SESSION + TURN, clock=100)
        await say(store, TURN, clock=200)
        await say(store, TURN, clock=0)
    assert await known(serving) == await known(rasa)


async def test_what_another_worker_adds_is_seen(tmp_path: Path) -> None:
    here, there = (ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db")) for _ in range(2))
    reader = SQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db"))
    for number, events in enumerate((SESSION + TURN, TURN, TURN, SESSION + TURN, TURN)):
        for store in (here, there):
            await say(store, events, clock=100 * number)
            assert await known(here) == await known(there) == await known(reader)


async def test_of_two_workers_with_one_turn_the_second_stores_nothing(tmp_path: Path) -> None:
    here, there = (ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db")) for _ in range(2))
    # In a new conversation, in one that this worker knows, and in one that it reads anew.
    for number in range(3):
        slow = await here.get_or_create_tracker("me", append_action_listen=False)
        await say(there, TURN, clock=100 * number)
        before = rows(there)
        for event in copy.deepcopy(TURN):
            slow.update(event, DOMAIN)
        with pytest.raises(TakenOverError) as told:
            await here.save(slow)
        # As of a store that is away: the turn is asked for again, and found done.
        assert is_store_away(told.value)
        assert rows(there) == before
        assert await known(here) == await known(there)
        if number == 1:
            here = ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db"))
    await say(here, TURN, clock=1000)
    await say(there, TURN, clock=2000)
    assert await known(here) == await known(there)


async def test_a_clock_that_was_behind_keeps_nobody_from_going_on(tmp_path: Path) -> None:
    first = ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db"))
    await say(first, SESSION + TURN, clock=100)
    # Of no session that is known.
    await say(first, TURN, clock=0)
    for clock in (200, 300):
        store = ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "shared.db"))
        await say(store, TURN, clock=clock)
        await say(store, TURN, clock=clock + 10)
    assert len(store.all_events("me")) == len(SESSION) + 6 * len(TURN)


async def test_a_conversation_that_was_deleted_is_gone(tmp_path: Path) -> None:
    _, serving = stores(tmp_path)
    await say(serving, SESSION + TURN)
    assert await serving.retrieve("me")
    with serving.session_scope() as session:
        session.query(serving.SQLEvent).delete()
        session.commit()
    assert await serving.retrieve("me") is None
    await say(serving, TURN)
    assert len((await known(serving))["events"]) == len(TURN)


async def test_a_turn_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    _, serving = stores(tmp_path)
    await say(serving, SESSION + TURN)
    before = await known(serving)
    tracker = await serving.retrieve("me")
    assert tracker is not None
    tracker.update(TURN[0])
    tracker.slots["topic"].value = "lost"
    assert await known(serving) == before


async def test_a_tracker_from_elsewhere_is_stored_as_by_rasa(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    for store in (rasa, serving):
        await say(store, SESSION + TURN)
        stored = await store.retrieve("me")
        assert stored is not None
        tracker = DialogueStateTracker.from_events("me", [*stored.events, *TURN], DOMAIN.slots)
        await store.save(tracker)
    assert await known(serving) == await known(rasa)


async def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_store, "_MOST_CACHED_EVENTS", 30)
    _, serving = stores(tmp_path)
    for sender in "abcdef":
        for _ in range(3):
            await say(serving, TURN, sender)
    assert serving._cached_events == sum(len(cached.tracker.events) for cached in serving._cache.values()) <= 30
    assert [len((await known(serving, sender))["events"]) for sender in "abcdef"] == [15] * 6


async def test_a_new_domain_has_its_own_slots(tmp_path: Path) -> None:
    _, serving = stores(tmp_path)
    await say(serving, TURN)
    assert "topic" in (await known(serving))["slots"]
    serving.domain = Domain.from_dict({"slots": {"count": {"type": "any", "mappings": []}}})
    assert set((await known(serving))["slots"]) - {"session_started_metadata"} == {"count"}


def test_only_sql_is_replaced(tmp_path: Path) -> None:
    sql = EndpointConfig(type="SQL", dialect="sqlite", db=str(tmp_path / "a.db"))
    assert isinstance(create_tracker_store(sql, DOMAIN, None), ServingSQLTrackerStore)
    assert sql.type == "SQL"
    assert type(create_tracker_store(None, DOMAIN, None)).__name__ == "InMemoryTrackerStore"


@pytest.mark.parametrize(
    "settings", [{"type": "SQL", "dialect": "no_such_dialect", "db": "a"}, {"type": "no_such.module.Store"}]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_store_that_cannot_be_made_is_no_store_in_memory(settings: dict[str, Any]) -> None:
    with pytest.raises(RasaException, match="tracker store"):
        create_tracker_store(EndpointConfig(**settings), DOMAIN, None)


@pytest.mark.parametrize(
    "settings",
    [{"dialect": "sqlite", "db": "/dev/null/a.db"}, {"dialect": "postgresql", "url": "127.0.0.1", "port": 1}],
)
def test_a_database_that_cannot_be_reached_stops_the_start(settings: dict[str, Any]) -> None:
    with pytest.raises(ConnectionException):
        create_tracker_store(EndpointConfig(type="SQL", **settings), DOMAIN, None)


async def test_alone_nothing_is_asked_of_the_database_again(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    serving.is_shared = False
    for number, events in enumerate((SESSION + TURN, TURN, SESSION + TURN, TURN)):
        for store in (rasa, serving):
            await say(store, events, clock=100 * number)
        assert await known(serving) == await known(rasa)
    assert rows(serving) == rows(rasa)
    asked = statements(serving)
    await known(serving)
    assert asked == []


async def test_a_new_conversation_is_read_once(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    serving.is_shared = False
    asked = statements(serving)
    for store in (rasa, serving):
        await say(store, TURN)
    assert [statement.split()[0] for statement in asked] == ["SELECT", "INSERT"]
    assert await known(serving) == await known(rasa)
    assert len(asked) == 2


async def test_a_first_turn_with_a_new_session_in_it_is_what_rasa_reads(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    serving.is_shared = False
    for store in (rasa, serving):
        await say(store, TURN + SESSION + TURN)
    assert await known(serving) == await known(rasa)


async def test_a_conversation_that_another_worker_began_is_read(tmp_path: Path) -> None:
    rasa, serving = stores(tmp_path)
    assert await serving.retrieve("me") is None
    other = ServingSQLTrackerStore(DOMAIN, db=str(tmp_path / "s.db"))
    for store in (rasa, other):
        await say(store, SESSION + TURN)
    for store in (rasa, serving):
        await say(store, TURN, clock=100)
    assert await known(serving) == await known(other) == await known(rasa)


async def test_memory_of_new_conversations_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker_store, "_MOST_NEW", 2)
    rasa, serving = stores(tmp_path)
    names = ("a", "b", "c")
    assert [await serving.retrieve(name) for name in names] == [None, None, None]
    assert list(serving._new) == ["b", "c"]
    for name in names:
        for store in (rasa, serving):
            await say(store, TURN, name)
        assert await known(serving, name) == await known(rasa, name)


def statements(store: SQLTrackerStore) -> list[str]:
    """Returns a list to which what is asked of the database is added."""
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    return asked


async def test_erased_conversation_is_gone_from_memory_rows_and_files(tmp_path: Path) -> None:
    _, store = stores(tmp_path)
    secret = UserUttered("付款失败了快帮帮我", {"name": "ask"})
    await say(store, [*SESSION, secret], "gone")
    await say(store, [*SESSION, *TURN], "kept")
    assert store.all_events("gone")[-1]["text"] == secret.text
    assert store.erase(["gone", "nobody"]) == len(SESSION) + 1
    assert await store.retrieve("gone") is None
    assert store.all_events("gone") == []
    assert len(store.all_events("kept")) == len(SESSION) + len(TURN)
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert "付款失败了".encode() not in content
        # As JSON has it.
        assert json.dumps("付款失败了")[1:-1].encode() not in content
    # Somebody of the same name begins anew.
    await say(store, SESSION, "gone")
    assert len(store.all_events("gone")) == len(SESSION)


async def test_old_events_are_erased_but_of_conversations_that_are_held(tmp_path: Path) -> None:
    _, store = stores(tmp_path)
    for sender in ("old", "held"):
        await say(store, SESSION, sender, clock=100)
    await say(store, SESSION, "new", clock=1000)
    assert store.erase([], before=500, keep=["held"]) == len(SESSION)
    assert await store.retrieve("old") is None
    for sender in ("held", "new"):
        assert await store.retrieve(sender) is not None
        assert len(store.all_events(sender)) == len(SESSION)


async def test_old_events_of_named_conversations_are_erased_and_of_no_other(tmp_path: Path) -> None:
    _, store = stores(tmp_path)
    for sender in ("old", "other"):
        await say(store, SESSION, sender, clock=100)
    assert store.erase([], before=500, of=["old"]) == len(SESSION)
    assert await store.retrieve("old") is None
    assert len(store.all_events("other")) == len(SESSION)


async def test_errors_of_the_database_quote_nobody(tmp_path: Path) -> None:
    _, store = stores(tmp_path)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    tracker = store.init_tracker("me")
    tracker.update(UserUttered("请打我电话", {"name": "ask"}))
    with pytest.raises(sa.exc.OperationalError) as failure:
        await store.save(tracker)
    assert "hidden" in str(failure.value)
    assert json.dumps("请打我电话")[1:-1] not in str(failure.value)


async def test_agent_takes_no_other_store_for_one_that_is_away(tmp_path: Path) -> None:
    _, store = stores(tmp_path)
    agent = ServingAgent(domain=DOMAIN, tracker_store=store)
    await say(agent.tracker_store, SESSION + TURN)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events RENAME TO away")
    # Neither is the conversation a new one, nor is a turn kept where it is lost.
    with pytest.raises(sa.exc.OperationalError) as reading:
        await agent.tracker_store.retrieve("somebody")
    with pytest.raises(sa.exc.OperationalError):
        await say(agent.tracker_store, TURN, "somebody")
    assert is_store_away(reading.value)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO events")
    assert await known(agent.tracker_store)


@pytest.mark.parametrize(("state", "is_away"), [("25006", True), ("25P03", True), ("42703", False), (None, False)])
def test_postgresql_that_cannot_write_now_is_away(state: str | None, is_away: bool) -> None:
    told = RuntimeError("as the driver tells it")
    told.pgcode = state  # type: ignore[attr-defined]  # psycopg2's own
    assert is_store_away(sa.exc.InternalError("UPDATE", {}, told)) == is_away


def test_postgresql_whose_machine_is_gone_is_given_up_soon() -> None:
    url = sa.make_url(ServingSQLTrackerStore.get_db_url("postgresql", "db", query={"connect_timeout": "9"}))
    assert {"tcp_user_timeout", "keepalives_idle"} <= url.query.keys()
    # What the operator says counts.
    assert url.query["connect_timeout"] == "9"
    assert not sa.make_url(ServingSQLTrackerStore.get_db_url("sqlite", db="engine.db")).query
