"""The routes by which the gateway gives bundles of knowledge to the engine (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.knowledge import KnowledgeError
from engine.serving.bundles import Bundles, NoRoomError, UnknownBundleError, UntrainedError
from engine.wire import json_object, played, required_text, typed_text

_Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
_Answer = Callable[[Bundles, Mapping[str, Any]], Awaitable[HTTPResponse]]
_KINDS = ("text", "payload", "button")
_MOST_MESSAGES = 60
# Of one request.
_MOST_CONVERSATIONS = 20_000
_MOST_PLAYS = 8
_TOLD_AT_ONCE = 300


def add_knowledge_routes(webhook: Blueprint, guarded: Callable[[_Handler], _Handler]) -> None:
    """Adds the routes to the channel's; `guarded` asks for its secret."""

    def route(path: str, method: str, answer: _Answer) -> None:
        async def handle(request: Request) -> HTTPResponse:
            bundles = getattr(request.app.ctx, "bundles", None)
            if bundles is None:
                return response.json({"error": "Only engine.serve takes bundles."}, status=501)
            try:
                return await answer(bundles, json_object(request.json) if method == "POST" else {})
            except ValueError as error:
                # A KnowledgeError is one, too.
                if isinstance(error, KnowledgeError):
                    return response.json({"problems": error.problems}, status=422)
                return response.json({"error": str(error)}, status=400)
            except UnknownBundleError:
                return response.json({"error": "There is no such bundle."}, status=404)
            except NoRoomError:
                return response.json({"full": True}, status=409)
            except UntrainedError:
                return response.json({"untrained": True}, status=409)

        handle.__name__ = f"knowledge_{path.strip('/') or 'status'}"
        webhook.add_route(guarded(handle), f"/knowledge{path}", methods=[method])

    route("", "GET", _tell_status)
    route("/bundles", "POST", _stage)
    route("/trainings", "POST", _train)
    route("/served", "POST", _serve)
    route("/trial", "POST", _try)
    route("/alike", "POST", _tell_alike)
    route("/replays", "POST", _replay)
    route("/replays/state", "POST", _tell_replay)
    route("/replays/plays", "POST", _tell_plays)
    route("/replays/stop", "POST", _stop_replay)


async def _tell_status(bundles: Bundles, _: Mapping[str, Any]) -> HTTPResponse:
    processes = [process._asdict() for process in bundles.processes()]
    return response.json(
        {
            "own": bundles.own_sha256,
            "served": bundles.published(),
            "pilot": bundles.pilot(),
            "engines": processes,
        }
    )


async def _stage(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    missing = await bundles.stage(_texts(body, "files"), _texts(body, "texts"))
    return response.json({"missing": missing}, status=409) if missing else response.json({})


async def _train(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    start, again = body.get("start", False), body.get("again", False)
    if not isinstance(start, bool) or not isinstance(again, bool):
        raise ValueError("start, again: expected true or false.")
    training = await bundles.train(required_text(body, "sha256"), start=start, again=again)
    if training is None:
        return response.json({"state": "done", "progress": 1.0, "problems": [], "seconds": 0.0})
    return response.json(
        {
            "state": training.state,
            "progress": training.progress,
            "problems": list(training.problems),
            "seconds": training.seconds,
        }
    )


async def _serve(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    number = body.get("number")
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError("number: expected a number.")
    sha256, pilot = _bundle(body), None if body.get("pilot") is None else required_text(body, "pilot")
    await bundles.publish(sha256, number, pilot)
    return response.json({"sha256": sha256, "pilot": pilot})


async def _try(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    metadata, messages = body.get("metadata") or {}, body.get("messages")
    if not isinstance(metadata, dict) or not isinstance(messages, list) or not 0 < len(messages) <= _MOST_MESSAGES:
        raise ValueError(f"messages: expected a list of 1 to {_MOST_MESSAGES}, and metadata as an object.")
    turns = await bundles.play(_bundle(body), [_message(message) for message in messages], metadata)
    return response.json({"turns": [played(turn) for turn in turns]})


async def _tell_alike(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    entries = body.get("entries")
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise ValueError("entries: expected a list of texts.")
    return response.json({"alike": await bundles.alike(_bundle(body), entries)})


async def _replay(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    moment, sets, plays = body.get("moment"), body.get("sets"), body.get("plays")
    if isinstance(moment, bool) or not isinstance(moment, (int, float)):
        raise ValueError("moment: expected seconds since 1970.")
    if not isinstance(sets, list) or not all(isinstance(it, list) for it in sets):
        raise ValueError("sets: expected a list of lists.")
    if sum(map(len, sets)) > _MOST_CONVERSATIONS:
        raise ValueError(f"sets: more than {_MOST_CONVERSATIONS} conversations.")
    if not isinstance(plays, list) or not 0 < len(plays) <= _MOST_PLAYS:
        raise ValueError(f"plays: expected a list of 1 to {_MOST_PLAYS}.")
    chosen = []
    for play in plays:
        part = json_object(play)
        number = part.get("set")
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(sets):
            raise ValueError("plays: set: expected the number of a set.")
        chosen.append((_bundle(part), number))
    keys = await bundles.replay(chosen, [[_conversation(it) for it in conversations] for conversations in sets], moment)
    return response.json({"keys": keys})


async def _tell_replay(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    replay = await bundles.replay_state(_keys(body))
    return response.json({"state": replay.state, "progress": replay.progress, "problems": list(replay.problems)})


async def _tell_plays(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    first = body.get("first", 0)
    if isinstance(first, bool) or not isinstance(first, int) or first < 0:
        raise ValueError("first: expected a number from 0.")
    try:
        plays, count = await bundles.replayed(required_text(body, "key"), first, _TOLD_AT_ONCE)
    except LookupError:
        return response.json({"error": "It is not kept."}, status=404)
    return response.json({"plays": plays, "count": count})


async def _stop_replay(bundles: Bundles, body: Mapping[str, Any]) -> HTTPResponse:
    forget = body.get("forget", False)
    if not isinstance(forget, bool):
        raise ValueError("forget: expected true or false.")
    await (bundles.forget_replay if forget else bundles.stop_replay)(_keys(body))
    return response.json({})


def _keys(body: Mapping[str, Any]) -> list[str]:
    keys = body.get("keys")
    if not isinstance(keys, list) or not 0 < len(keys) <= _MOST_PLAYS or not all(isinstance(it, str) for it in keys):
        raise ValueError(f"keys: expected a list of 1 to {_MOST_PLAYS} texts.")
    return keys


def _conversation(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_MESSAGES:
        raise ValueError(f"sets: expected 1 to {_MOST_MESSAGES} messages in each conversation.")
    return [_message(message) for message in value]


def _message(message: object) -> tuple[str, str]:
    body = json_object(message)
    kind = body.get("kind")
    if kind not in _KINDS:
        raise ValueError(f"kind: expected one of {', '.join(_KINDS)}, found {kind!r}.")
    # A title of a button may be anything that is on the screen, but no command.
    return kind, required_text(body, "message") if kind == "payload" else typed_text(body, "message")


def _bundle(body: Mapping[str, Any]) -> str | None:
    return None if body.get("sha256") is None else required_text(body, "sha256")


def _texts(body: Mapping[str, Any], name: str) -> dict[str, str]:
    value = body.get(name)
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"{name}: expected an object of texts.")
    return value
