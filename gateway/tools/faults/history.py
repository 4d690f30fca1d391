"""What clients did and were told, and what is stored in the end."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

What = Literal["sent", "acknowledged", "seen", "claimed", "said", "returned", "fault", "restored", "ready"]


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened at a client, or to a process.

    Attributes:
        at: Seconds since 1970.
        who: The client, or the process.
        what: What happened.
        conversation: Where; None of processes.
        client_id: The client's own id of a message.
        message_id: The gateway's.
        text: Of the message; of a fault its kind.
        via: The gateway that was asked.
    """

    at: float
    who: str
    what: What
    conversation: str | None = None
    client_id: str | None = None
    message_id: int | None = None
    text: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it is in the database in the end.

    Attributes:
        support: Of a system message, what happened: `claimed`, `returned_to_bot` …
        agent: Whom that names.
        state: Of a user's message: received, answered, failed.
    """

    conversation: str
    id: int
    author: str
    text: str
    at: float
    client_id: str | None = None
    in_reply_to: int | None = None
    state: str | None = None
    support: str | None = None
    agent: str | None = None


@dataclass
class History:
    """All records in order, and the transcripts."""

    records: list[Record] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)

    def add(self, who: str, what: What, **fields: str | int | None) -> None:
        """Appends what happens now."""
        self.records.append(Record(time.time(), who, what, **fields))  # type: ignore[arg-type]  # fields of Record

    def write(self, path: Path) -> None:
        """Writes JSON lines: records, then what is stored."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            rows = [*map(dataclasses.asdict, self.records), *map(dataclasses.asdict, self.stored)]
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    @classmethod
    def read(cls, path: Path) -> History:
        """Reads what `write` has written."""
        history = cls()
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "who" in row:
                history.records.append(Record(**row))
            else:
                history.stored.append(Stored(**row))
        return history
