"""Canned replies as a file of a spreadsheet, out and in again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uwallet_gateway.agents.canned_replies import MOST, CannedReply, Ending, ReplyContent
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import Cell, ExportTexts, to_csv
from uwallet_gateway.insight.spreadsheets import csv_rows
from uwallet_gateway.protocol.agents import CannedReplyRequest

_REQUIRED = ("title", "text")


def replies_csv(replies: Iterable[CannedReply], texts: ExportTexts) -> bytes:
    """A row for each reply."""
    rows: list[Sequence[Cell]] = [list(texts.replies.values())]
    rows += [
        [
            reply.folder,
            reply.title,
            reply.shortcut,
            reply.text,
            texts.reason_separator.join(reply.labels),
            texts.reply_endings[reply.ending] if reply.ending else None,
            reply.follow_up_hours,
            reply.uses,
        ]
        for reply in replies
    ]
    return to_csv(rows)


def read_replies(data: bytes, texts: ExportTexts) -> list[ReplyContent | InputError]:
    """The rows of such a file: what each says, or why it is refused. Columns are known by their headings.

    Raises:
        InputError: file_unreadable, if it is no table with these headings; too_long, with more rows than may be stored.
    """
    rows = [row for row in csv_rows(data) if any(cell.strip() for cell in row)]
    names = {heading: name for name, heading in texts.replies.items()}
    columns = [names.get(heading.strip()) for heading in rows[0]] if rows else []
    if any(name not in columns for name in _REQUIRED):
        raise InputError(ErrorCode.FILE_UNREADABLE)
    if len(rows) > MOST + 1:
        raise InputError(ErrorCode.TOO_LONG)
    endings = {title: ending for ending, title in texts.reply_endings.items()}
    found: list[ReplyContent | InputError] = []
    for row in rows[1:]:
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name}
        try:
            found.append(_content(cells, endings, texts.reason_separator))
        except InputError as error:
            found.append(error)
    return found


def _content(cells: dict[str, str], endings: dict[str, str], separator: str) -> ReplyContent:
    ending: Ending | None = None
    match endings.get(cells.get("ending", ""), cells.get("ending", "")):
        case "":
            pass
        case "close":
            ending = "close"
        case "follow_up":
            ending = "follow_up"
        case _:
            raise InputError(ErrorCode.MALFORMED)
    hours = cells.get("follow_up_hours", "")
    if hours and not (hours.isascii() and hours.isdigit()):
        raise InputError(ErrorCode.MALFORMED)
    labels = [label for label in cells.get("labels", "").replace(";", separator).split(separator) if label.strip()]
    shortcut = cells.get("shortcut", "").removeprefix("/")
    if any(character.isspace() or character == "/" for character in shortcut):
        raise InputError(ErrorCode.MALFORMED)
    request = CannedReplyRequest.model_construct(
        title=cells.get("title", ""),
        text=cells.get("text", ""),
        shortcut=shortcut or None,
        folder=cells.get("folder") or None,
        labels=labels,
        ending=ending,
        follow_up_hours=int(hours) if hours and ending == "follow_up" else None,
    )
    return request.cleaned()
