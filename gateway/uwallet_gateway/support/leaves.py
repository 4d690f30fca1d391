"""Leave of agents: who is off gets nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.routing import LeaveRequest, LeaveView

_LONGEST = timedelta(days=366)


class Leaves:
    """Present and future leave of all agents."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def all(self) -> list[LeaveView]:
        """What is not over, the next one first."""
        row = tables.AgentLeave
        async with self._database.read() as session:
            rows = await session.execute(
                select(row, tables.Agent.name)
                .join(tables.Agent, tables.Agent.id == row.agent_id)
                .where(row.ends_at > now())
                .order_by(row.starts_at, row.id)
            )
            return [_view(leave, name) for leave, name in rows]

    async def add(self, wanted: LeaveRequest) -> LeaveView:
        """Stores a leave.

        Raises:
            InputError: not_found (of the agent); malformed, if it is over, ends before it starts or lasts too long.
        """
        if not max(wanted.starts_at, now()) < wanted.ends_at <= wanted.starts_at + _LONGEST:
            raise InputError(ErrorCode.MALFORMED)
        async with self._database.write() as session:
            agent = await session.get(tables.Agent, wanted.agent_id)
            if agent is None:
                raise InputError(ErrorCode.NOT_FOUND)
            leave = tables.AgentLeave(agent_id=agent.id, starts_at=wanted.starts_at, ends_at=wanted.ends_at)
            session.add(leave)
            await session.flush()
            record(session, Action.LEAVE_ADDED, agent.username, **_times(leave))
            return _view(leave, agent.name)

    async def remove(self, leave_id: int) -> None:
        """Removes a leave. No-op if it is gone."""
        async with self._database.write() as session:
            leave = await session.get(tables.AgentLeave, leave_id)
            if leave is None:
                return
            agent = await session.get_one(tables.Agent, leave.agent_id)
            await session.delete(leave)
            record(session, Action.LEAVE_REMOVED, agent.username, **_times(leave))


def is_on_leave(moment: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """SQL condition: the agent is off at that moment."""
    row = tables.AgentLeave
    return exists().where(row.agent_id == tables.Agent.id, row.starts_at <= moment, row.ends_at > moment)


async def ends_of_leaves(session: AsyncSession) -> dict[int, datetime]:
    """When those who are off now come back, by agent."""
    row, moment = tables.AgentLeave, now()
    rows = await session.execute(
        select(row.agent_id, func.max(row.ends_at))
        .where(row.starts_at <= moment, row.ends_at > moment)
        .group_by(row.agent_id)
    )
    return dict(rows.tuples().all())


def _times(leave: tables.AgentLeave) -> dict[str, str]:
    return {"starts_at": to_text(leave.starts_at), "ends_at": to_text(leave.ends_at)}


def _view(leave: tables.AgentLeave, name: str) -> LeaveView:
    return LeaveView(id=leave.id, agent_id=leave.agent_id, name=name, starts_at=leave.starts_at, ends_at=leave.ends_at)
