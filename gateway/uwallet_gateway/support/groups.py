"""Skill groups: which one a ticket belongs to, and who is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.routing import (
    MOST_GROUPS,
    MOST_OF_NAME,
    Language,
    MemberView,
    SkillGroup,
    SkillGroupRequest,
)

# The place of tickets without a group among equally pressing ones.
NO_GROUP_RANK = 1
# Tickets that nobody has taken up.
_UNTAKEN = ("queued", "message")


class SkillGroups:
    """All groups."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def all(self) -> list[SkillGroup]:
        """By name, with their members."""
        async with self._database.read() as session:
            groups = (await session.scalars(select(tables.SkillGroup).order_by(tables.SkillGroup.name))).all()
            members = await _members(session)
        return [_view(group, members.get(group.id, [])) for group in groups]

    async def add(self, wanted: SkillGroupRequest) -> SkillGroup:
        """Makes a group. Tickets that wait and belong to none come into it if they are its own.

        Raises:
            InputError: empty, too_long, name_taken, not_found (of a member); conflict, if there are too many.
        """
        async with self._database.write_unless_taken(ErrorCode.NAME_TAKEN) as session:
            if len((await session.scalars(select(tables.SkillGroup.id))).all()) >= MOST_GROUPS:
                raise InputError(ErrorCode.CONFLICT)
            group = tables.SkillGroup(updated_at=now())
            await _fill(session, group, wanted)
            session.add(group)
            await session.flush()
            await _set_members(session, group.id, wanted)
            await _route_again(session, None)
            record(session, Action.GROUP_ADDED, group.name, **_audited(wanted))
            return _view(group, (await _members(session)).get(group.id, []))

    async def change(self, group_id: int, wanted: SkillGroupRequest) -> SkillGroup:
        """Replaces a group. What waits for it goes on doing so.

        Raises:
            InputError: not_found (also of a member), empty, too_long, name_taken.
        """
        async with self._database.write_unless_taken(ErrorCode.NAME_TAKEN) as session:
            group = await session.get(tables.SkillGroup, group_id, with_for_update=True)
            if group is None:
                raise InputError(ErrorCode.NOT_FOUND)
            await _fill(session, group, wanted)
            group.updated_at = now()
            await _set_members(session, group_id, wanted)
            await session.execute(
                update(tables.Ticket)
                .where(tables.Ticket.group_id == group_id, tables.Ticket.status != "closed")
                .values(rank=group.rank)
            )
            await _route_again(session, None)
            record(session, Action.GROUP_CHANGED, group.name, **_audited(wanted))
            return _view(group, (await _members(session)).get(group_id, []))

    async def remove(self, group_id: int) -> None:
        """Removes a group. What waits for it comes into another one that it belongs to, or into none."""
        async with self._database.write() as session:
            group = await session.get(tables.SkillGroup, group_id)
            if group is None:
                return
            name = group.name
            await session.execute(delete(tables.SkillGroup).where(tables.SkillGroup.id == group_id))
            await _route_again(session, group_id)
            await session.execute(
                update(tables.Ticket)
                .where(tables.Ticket.group_id == group_id)
                .values(group_id=None, rank=NO_GROUP_RANK)
            )
            record(session, Action.GROUP_REMOVED, name)


async def route(session: AsyncSession, ticket: tables.Ticket) -> None:
    """Puts a ticket into the group that it belongs to by its topic, site and language; into none if there is none."""
    conversation = await session.get(tables.Conversation, ticket.conversation_id)
    groups = (await session.scalars(select(tables.SkillGroup).order_by(tables.SkillGroup.id))).all()
    group = _fitting(groups, ticket, conversation) if conversation else None
    put_into(ticket, group)


def put_into(ticket: tables.Ticket, group: tables.SkillGroup | None) -> None:
    """Puts a ticket into a group, or into none."""
    ticket.group_id, ticket.rank = (group.id, group.rank) if group else (None, NO_GROUP_RANK)


def _fitting(
    groups: Sequence[tables.SkillGroup], ticket: tables.Ticket, conversation: tables.Conversation
) -> tables.SkillGroup | None:
    """The group that says most of what the ticket is; of equal ones the oldest."""
    about, best, most = {ticket.topic, ticket.reason}, None, 0
    for group in groups:
        wishes = [
            (group.topics, bool(about.intersection(group.topics))),
            (group.sites, conversation.site_key in group.sites),
            (group.languages, conversation.script in group.languages),
        ]
        said = [fits for wish, fits in wishes if wish]
        if all(said) and len(said) > most:
            best, most = group, len(said)
    return best


async def _route_again(session: AsyncSession, group_id: int | None) -> None:
    """Routes what nobody has taken up and is in this group, or in none."""
    row = tables.Ticket
    tickets = await session.scalars(
        select(row).where(row.status.in_(_UNTAKEN), row.group_id.is_not_distinct_from(group_id))
    )
    for ticket in tickets.all():
        await route(session, ticket)


async def _fill(session: AsyncSession, group: tables.SkillGroup, wanted: SkillGroupRequest) -> None:
    name = clean(wanted.name, MOST_OF_NAME)
    with session.no_autoflush:
        owner = await session.scalar(select(tables.SkillGroup.id).where(tables.SkillGroup.name == name))
    if owner is not None and owner != group.id:
        raise InputError(ErrorCode.NAME_TAKEN)
    group.name, group.rank, group.overflow_after = name, wanted.rank, wanted.overflow_after
    group.topics, group.sites = list(dict.fromkeys(wanted.topics)), list(dict.fromkeys(wanted.sites))
    group.languages = list(dict.fromkeys(wanted.languages))


async def _set_members(session: AsyncSession, group_id: int, wanted: SkillGroupRequest) -> None:
    weights = {member.agent_id: member.weight for member in wanted.members}
    known = set(await session.scalars(select(tables.Agent.id).where(tables.Agent.id.in_(weights))))
    if known != weights.keys():
        raise InputError(ErrorCode.NOT_FOUND)
    await session.execute(delete(tables.GroupMember).where(tables.GroupMember.group_id == group_id))
    session.add_all(
        tables.GroupMember(group_id=group_id, agent_id=agent_id, weight=weight) for agent_id, weight in weights.items()
    )
    await session.flush()


async def _members(session: AsyncSession) -> dict[int, list[MemberView]]:
    row = tables.GroupMember
    members: dict[int, list[MemberView]] = {}
    for member in await session.scalars(select(row).order_by(row.agent_id)):
        members.setdefault(member.group_id, []).append(MemberView(agent_id=member.agent_id, weight=member.weight))
    return members


def _audited(wanted: SkillGroupRequest) -> dict[str, object]:
    return wanted.model_dump(mode="json", exclude={"name"})


def _view(group: tables.SkillGroup, members: list[MemberView]) -> SkillGroup:
    return SkillGroup(
        id=group.id,
        name=group.name,
        topics=group.topics,
        sites=group.sites,
        languages=cast("list[Language]", group.languages),
        rank=group.rank,
        overflow_after=group.overflow_after,
        members=members,
    )
