"""Writes CSV files that spreadsheets open as text: what a user wrote never becomes a formula there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from uwallet_gateway.insight.statistics import Insight
from uwallet_gateway.protocol.audit import AuditEntryView
from uwallet_gateway.protocol.insight import Figures, MisunderstoodMessage
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
    kinds: dict[str, str]
    authors: dict[str, str]
    reasons: dict[str, str]
    audit: dict[str, str]
    audit_actors: dict[str, str]
    audit_actions: dict[str, str]


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
            texts.kinds[message.kind],
            message.text,
            "\n".join(texts.authors[line.author].format(text=line.text) for line in message.context),
            message.intent,
            None if message.confidence is None else round(message.confidence, 3),
            message.label,
        ]
        for message in messages
    ]
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
            texts.audit_actors[entry.actor_kind],
            entry.address,
            texts.audit_actions[entry.action],
            entry.target,
            json.dumps(entry.details, ensure_ascii=False, sort_keys=True) if entry.details else None,
            entry.digest,
        ]
        for entry in entries
    ]
    return to_csv(rows)


def _cells(figures: Figures, texts: ExportTexts) -> list[Cell]:
    reasons = texts.reason_separator.join(
        texts.reason.format(reason=texts.reasons.get(reason, reason), count=count)
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


def _safe(cell: Cell) -> Cell:
    """Text that would be taken for a formula gets an apostrophe, by which spreadsheets know that it is text.

    Leading spaces do not help it: some programs pass over them. Neither do characters that are not shown.
    """
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "")
    first = text.lstrip(" \u00a0\u3000\u200b\ufeff")
    return f"'{text}" if first.startswith(_FORMULA) or text.startswith(_FORMULA) else text
