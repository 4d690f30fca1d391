"""Writes CSV files that spreadsheets open as text: what a user wrote never becomes a formula there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.clock import now
from uwallet_gateway.insight.statistics import Insight
from uwallet_gateway.protocol.audit import AuditEntryView
from uwallet_gateway.protocol.conversations import Conversation
from uwallet_gateway.protocol.insight import AgentPerformance, Figures, MisunderstoodMessage
from uwallet_gateway.protocol.tickets import Ticket, TicketEvent
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.words import Words, load_words
from uwallet_gateway.yaml_files import load_yaml

PATH = Path(__file__).with_name("texts.yml")
# With what spreadsheets take a cell for a formula (OWASP, CSV Injection), the full-width forms that some fold included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int | float | None


class ExportTextsError(Exception):
    """texts.yml of the exports is wrong."""


class ExportTexts(BaseModel):
    """All texts; what texts.yml holds, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    statistics: dict[str, str]
    all_topics: str
    no_topic: str
    reason: str
    reason_separator: str
    misunderstood: dict[str, str]
    authors: dict[str, str]
    conversations: dict[str, str]
    tickets: dict[str, str]
    targets: dict[str, str]
    replies: dict[str, str]
    reply_endings: dict[str, str]
    transcript: dict[str, str]
    ticket_history: dict[str, str]
    said: str
    sheets: dict[str, str]
    due: str
    performance: dict[str, str]
    answers: dict[str, str]
    answer_kinds: dict[str, str]
    feedback_reasons: dict[str, str]
    audit: dict[str, str]
    words: Words = Field(default_factory=load_words)


@lru_cache
def load_export_texts() -> ExportTexts:
    """Reads the texts of the gateway."""
    return load_yaml(PATH, ExportTexts, ExportTextsError)[0]


def to_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file in UTF-8, with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    # A message may hold half of a character; a file may not.
    return text.getvalue().encode("utf-8-sig", errors="replace")


def statistics_csv(insight: Insight, titles: Mapping[str, str], texts: ExportTexts) -> bytes:
    """A row for each day, followed by one for each of its topics.

    Args:
        insight: What was counted.
        titles: Of topics.
        texts: Headings and words.
    """
    rows: list[Sequence[Cell]] = [list(texts.statistics.values())]
    for day, whole in insight.overview.days:
        rows.append([day.isoformat(), None, texts.all_topics, *_cells(whole, texts)])
        for row_day, topic, figures in insight.overview.rows:
            if row_day == day:
                title = texts.no_topic if topic is None else titles.get(topic)
                rows.append([day.isoformat(), topic, title, *_cells(figures, texts)])
    return to_csv(rows)


def misunderstood_csv(messages: Iterable[MisunderstoodMessage], zone: ZoneInfo, texts: ExportTexts) -> bytes:
    """A row for each message.

    Args:
        messages: In the order of the rows.
        zone: In which times are told.
        texts: Headings and words.
    """
    rows: list[Sequence[Cell]] = [list(texts.misunderstood.values())]
    rows += [
        [
            message.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            texts.words.kinds[message.kind],
            message.text,
            "\n".join(texts.authors[line.author].format(text=line.text) for line in message.context),
            message.intent,
            None if message.confidence is None else round(message.confidence, 3),
            message.label,
            message.ticket_id,
        ]
        for message in messages
    ]
    return to_csv(rows)


def conversation_rows(
    conversations: Iterable[Conversation], zone: ZoneInfo, texts: ExportTexts
) -> list[Sequence[Cell]]:
    """A row for each conversation, below the headings."""
    rows: list[Sequence[Cell]] = [list(texts.conversations.values())]
    rows += [
        [
            conversation.id,
            _time(conversation.created_at, zone),
            _time(conversation.active_at, zone),
            conversation.site,
            _user(conversation.name, conversation.id, texts),
            texts.reason_separator.join(topic.title or topic.id for topic in conversation.topics),
            texts.words.outcomes[conversation.outcome],
            conversation.bot_rating,
            conversation.ticket.number if conversation.ticket else None,
            conversation.ticket.agent.name if conversation.ticket and conversation.ticket.agent else None,
            conversation.ticket.rating if conversation.ticket else None,
            conversation.last_message.text if conversation.last_message else None,
        ]
        for conversation in conversations
    ]
    return rows


def ticket_rows(tickets: Iterable[Ticket], zone: ZoneInfo, texts: ExportTexts) -> list[Sequence[Cell]]:
    """A row for each ticket, below the headings; contacts are masked."""
    rows: list[Sequence[Cell]] = [list(texts.tickets.values())]
    rows += [
        [
            ticket.number,
            _time(ticket.created_at, zone),
            ticket.site,
            _user(ticket.user.name, ticket.conversation_id, texts),
            ticket.topic.get("title") if ticket.topic else None,
            texts.words.reasons.get(ticket.reason, ticket.reason),
            texts.words.priorities[ticket.priority],
            texts.reason_separator.join(ticket.labels),
            ticket.group.name if ticket.group else None,
            texts.words.statuses["request" if _is_request(ticket) else ticket.status],
            texts.words.dispositions.get(ticket.disposition or ""),
            ticket.agent.name if ticket.agent else None,
            _time(ticket.due_at, zone),
            _time(ticket.claimed_at, zone),
            _time(ticket.first_reply_at, zone),
            _time(ticket.closed_at, zone),
            _time(ticket.reply_due_at, zone),
            _kept(ticket.reply_due_at, ticket.first_reply_at or ticket.closed_at, texts),
            _time(ticket.resolve_due_at, zone),
            _kept(ticket.resolve_due_at, ticket.closed_at, texts),
            ticket.rating,
            ticket.rating_comment,
            ticket.contact,
            ticket.message,
            ticket.note,
        ]
        for ticket in tickets
    ]
    return rows


def transcript_rows(messages: Iterable[Message], zone: ZoneInfo, texts: ExportTexts) -> list[Sequence[Cell]]:
    """A row for each message of a conversation, below the headings."""
    rows: list[Sequence[Cell]] = [list(texts.transcript.values())]
    rows += [
        [
            _time(message.created_at, zone),
            _speaker(message, texts),
            str(message.metadata.get("agent", {}).get("name", "")),
            message.text or (texts.words.picture if message.attachment else ""),
        ]
        for message in messages
        # The request to be greeted is nobody's word.
        if message.text or message.attachment
    ]
    return rows


def event_rows(events: Iterable[TicketEvent], zone: ZoneInfo, texts: ExportTexts) -> list[Sequence[Cell]]:
    """A row for each event in the history of a ticket, below the headings."""
    rows: list[Sequence[Cell]] = [list(texts.ticket_history.values())]
    rows += [
        [
            _time(event.at, zone),
            texts.words.ticket_events[event.kind],
            texts.words.roles[event.actor.role] if event.actor.role else texts.words.speakers[event.actor.kind],
            event.actor.name,
            _words_of(event, zone, texts),
        ]
        for event in events
    ]
    return rows


def ticket_log_rows(
    messages: Iterable[Message], events: Iterable[TicketEvent], zone: ZoneInfo, texts: ExportTexts
) -> list[Sequence[Cell]]:
    """What was said and what was done in one table, in the order of time, below the headings."""
    said: list[Sequence[Cell]] = [
        [row[0], texts.said, row[1], row[2], row[3]] for row in transcript_rows(messages, zone, texts)[1:]
    ]
    done = event_rows(events, zone, texts)[1:]
    return [list(texts.ticket_history.values()), *sorted([*said, *done], key=lambda row: str(row[0]))]


def _user(name: str | None, conversation_id: str, texts: ExportTexts) -> str:
    """What the desk calls a user: as the site does, else by what tells visitors apart."""
    return name or texts.words.visitor.format(code=conversation_id[-4:].upper())


def _is_request(ticket: Ticket) -> bool:
    """Whether a human was wanted while nobody was there, and nothing was left."""
    return ticket.status == "message" and ticket.message is None and ticket.contact is None


def _speaker(message: Message, texts: ExportTexts) -> str:
    role = str(message.metadata.get("agent", {}).get("role", ""))
    return texts.words.roles.get(role) or texts.words.speakers[message.author]


def _words_of(event: TicketEvent, zone: ZoneInfo, texts: ExportTexts) -> str | None:
    """What somebody wrote or decided."""
    details = event.details
    words = [details.get(name) for name in ("to", "memo", "text", "note", "comment")]
    words += [texts.words.dispositions.get(str(details.get("disposition")), None), *details.get("labels", ())]
    words += [texts.words.target_kinds.get(str(details.get("target")))]
    if "due_at" in details:
        words.append(texts.due.format(time=_time(datetime.fromisoformat(str(details["due_at"])), zone)))
    if "priority" in details:
        words.append(texts.words.priorities[details["priority"]])
    if "rating" in details:
        words.append(str(details["rating"]))
    return texts.reason_separator.join(str(word) for word in words if word) or None


def _kept(due_at: datetime | None, done_at: datetime | None, texts: ExportTexts) -> str | None:
    """Whether a service target was kept; None without one."""
    if due_at is None:
        return None
    if done_at is None:
        return texts.targets["missed" if due_at < now() else "open"]
    return texts.targets["kept" if done_at <= due_at else "missed"]


def _time(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def performance_csv(agents: Iterable[AgentPerformance], texts: ExportTexts) -> bytes:
    """A row for each agent, with the days before behind."""
    rows: list[Sequence[Cell]] = [list(texts.performance.values())]
    for agent in agents:
        cells: list[Cell] = [agent.name]
        for figures in (agent.figures, agent.before):
            cells += [
                figures.handled,
                figures.first_reply.median,
                figures.handling.median,
                figures.transfers,
                figures.rating.count,
                figures.rating.average,
                round(figures.online_seconds / 3600, 2),
                figures.quality,
            ]
        rows.append(cells)
    return to_csv(rows)


def audit_csv(entries: Iterable[AuditEntryView], zone: ZoneInfo, texts: ExportTexts) -> bytes:
    """A row for each entry of the audit log.

    Args:
        entries: In the order of the rows.
        zone: In which times are told.
        texts: Headings and words.
    """
    rows: list[Sequence[Cell]] = [list(texts.audit.values())]
    rows += [
        [
            entry.id,
            entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor_name,
            texts.words.audit_actors[entry.actor_kind],
            entry.address,
            texts.words.audit_actions[entry.action],
            entry.target,
            json.dumps(entry.details, ensure_ascii=False, sort_keys=True) if entry.details else None,
            entry.digest,
        ]
        for entry in entries
    ]
    return to_csv(rows)


def _cells(figures: Figures, texts: ExportTexts) -> list[Cell]:
    reasons = texts.reason_separator.join(
        texts.reason.format(reason=texts.words.reasons.get(reason, reason), count=count)
        for reason, count in figures.reasons.items()
    )
    return [
        figures.conversations,
        figures.solved,
        figures.not_solved,
        figures.abandoned,
        figures.left,
        figures.handed_off,
        reasons,
        figures.bot_rating.count,
        figures.bot_rating.average,
        figures.agent_rating.count,
        figures.agent_rating.average,
        figures.waiting.count,
        figures.waiting.median,
        figures.waiting.p95,
        figures.first_reply.median,
        figures.first_reply.p95,
        figures.helpful,
        figures.unhelpful,
    ]


def unquoted(text: str) -> str:
    """A cell of such a file as it was before: without the apostrophe that made text of it."""
    rest = text.removeprefix("'")
    return rest if is_formula(rest) else text


def _safe(cell: Cell) -> Cell:
    """Text that would be taken for a formula gets an apostrophe, by which spreadsheets know that it is text.

    Leading spaces do not help it: some programs pass over them. Neither do characters that are not shown.
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    first = text.lstrip(" \u00a0\u3000\u200b\ufeff")
    return first.startswith(_FORMULA) or text.startswith(_FORMULA)
