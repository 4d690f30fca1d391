"""Puts the parts of human support together."""

from __future__ import annotations

from datetime import timedelta

from uwallet_gateway.conversation.hub import Hub
from uwallet_gateway.conversation.transcript import Transcript
from uwallet_gateway.database.connection import Database
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.settings import Settings
from uwallet_gateway.support.desk import Desk
from uwallet_gateway.support.hours import OpeningHours
from uwallet_gateway.support.lists import Lists
from uwallet_gateway.support.presence import Presence
from uwallet_gateway.support.rounds import Rounds, Rules
from uwallet_gateway.support.service import Support
from uwallet_gateway.support.tickets import Recorder, Tickets
from uwallet_gateway.support.users import Users
from uwallet_gateway.support.voice import Voice
from uwallet_gateway.texts import Texts


def build_support(
    settings: Settings,
    database: Database,
    transcript: Transcript,
    hub: Hub,
    texts: Texts,
    metrics: Metrics,
    hours: OpeningHours,
    record: Recorder | None = None,
) -> tuple[Support, Rounds]:
    """What transports call, and what happens by itself.

    Args:
        settings: The rules of time, and the characters that a message may have.
        database: Where tickets are.
        transcript: Where conversations are.
        hub: Told of every change.
        texts: What users are told.
        metrics: Counted here.
        hours: When somebody is there.
        record: Writes down for other systems that a ticket is created, queued or closed.
    """
    tickets = Tickets(Voice(texts), hours, metrics, record)
    desk = Desk(tickets, max_length=settings.max_length)
    lists = Lists(database, hub.is_user_there)
    presence = Presence(database, hub)
    users = Users(tickets, max_length=settings.max_length)
    rules = Rules(
        automatic=settings.assignment == "automatic",
        queue_timeout=timedelta(seconds=settings.queue_timeout),
        queue_abandoned_after=timedelta(seconds=settings.queue_abandoned_after),
        agent_silent_after=timedelta(seconds=settings.agent_silent_after),
        user_remind_after=timedelta(seconds=settings.user_remind_after),
        user_left_after=timedelta(seconds=settings.user_left_after),
    )
    support = Support(database, transcript, hub, users, desk, lists, presence)
    return support, Rounds(database, transcript, hub, tickets, desk, lists, presence, metrics, rules)
