"""Processes, a line, a clock and a disk fail while users talk: the short form of `make faults`."""

from __future__ import annotations

from pathlib import Path

from tools.faults.__main__ import possible
from tools.faults.checker import violations
from tools.faults.run import run
from tools.faults.schedule import KINDS, Fault
from tools.faults.stack import Plan
from uwallet_gateway.observability.logs import configure_logs

FAULTS = (
    Fault(0.5, "engine1", "stop", 0.5),
    Fault(0.2, "gateway1", "disk", 0.5),
    Fault(0.2, "engine1", "cut", 0.5),
    Fault(0.2, "gateway1", "kill", 0.2),
    Fault(0.2, "gateway1", "clock", 0.2, jump=-300),
    Fault(0.2, "engine1", "kill", 0.2),
)


async def test_what_was_acknowledged_is_answered_once_whatever_fails(tmp_path: Path) -> None:
    configure_logs("WARNING")
    # What this machine cannot do is told and left out.
    kinds = possible(KINDS)
    faults = [fault for fault in FAULTS if fault.kind in kinds]
    history = await run(tmp_path, faults, Plan(faults=[fault.kind for fault in faults]), users=2)
    assert [record.text for record in history.records if record.what == "fault"] == [fault.kind for fault in faults]
    assert violations(history) == []
    assert sum(record.what == "acknowledged" for record in history.records) >= 2
