"""Routes for those who look after the answers: what messages have in common, and which answers they are near to."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from engine.grouping import Group, answer_titles, decoded, encoded, group, nearest_answers, read
from engine.nlu.sentence_encoder import Vectors

# Texts that are read in one request: 0.2 s. Messages that are put into groups at once: 0.6 s, in a thread.
_MOST_TEXTS, _MOST_GROUPED = 64, 2000
_LONGEST_TEXT = 20_000
_Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]
_Text = Annotated[str, Field(max_length=_LONGEST_TEXT)]
_Vector = Annotated[Vectors, BeforeValidator(decoded)]


class _Body(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)


class _KnownGroup(_Body):
    mean: _Vector
    count: int = Field(ge=1)


class _ToGroup(_Body):
    texts: list[_Text] = Field(default=[], max_length=_MOST_TEXTS)
    vectors: list[_Vector] = Field(default=[], max_length=_MOST_GROUPED)
    known: list[_KnownGroup] = Field(default=[], max_length=_MOST_GROUPED)


class _Message(_Body):
    text: _Text = Field(min_length=1)


def add_grouping_routes(webhook: Blueprint, guarded: Callable[[_Handler], _Handler]) -> None:
    """Adds the routes to the gateway's channel.

    Args:
        webhook: The routes of the channel.
        guarded: Refuses requests without the secret.
    """

    @webhook.route("/answers", methods=["GET"])
    @guarded
    async def answers(request: Request) -> HTTPResponse:
        return response.json({"answers": [{"id": name, "title": title} for name, title in answer_titles().items()]})

    @webhook.route("/groups", methods=["POST"])
    @guarded
    async def group_messages(request: Request) -> HTTPResponse:
        try:
            body = _ToGroup.model_validate(request.json)
        except ValidationError as error:
            return _refused(error)
        vectors = await read(body.texts)
        every = np.concatenate([vectors, np.array(body.vectors, np.float32)]) if body.vectors else vectors
        groups = await group(every, [Group(known.mean, known.count) for known in body.known])
        return response.json({"vectors": [encoded(vector) for vector in vectors], "groups": groups})

    @webhook.route("/nearest", methods=["POST"])
    @guarded
    async def nearest(request: Request) -> HTTPResponse:
        try:
            text = _Message.model_validate(request.json).text
        except ValidationError as error:
            return _refused(error)
        # What somebody typed is no command.
        parse = await request.app.ctx.agent.parse_message(text.replace("/", "／"))
        return response.json({"answers": [asdict(answer) for answer in await nearest_answers(text, parse)]})


def _refused(error: ValidationError) -> HTTPResponse:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, problem["loc"]))
    return response.json({"error": f"{place}: {problem['msg']}"}, status=400)
