"""The gateway and the engine are killed and halted while users talk: the short form of `make faults`."""

from __future__ import annotations

from pathlib import Path

from tools.faults.checker import violations
from tools.faults.run import run
from tools.faults.schedule import Fault
from uwallet_gateway.observability.logs import configure_logs

FAULTS = (
    Fault(0.5, "engine", "stop", 0.5),
    Fault(0.2, "gateway1", "kill", 0.2),
    Fault(0.2, "engine", "kill", 0.2),
)


async def test_what_was_acknowledged_is_answered_once_whatever_is_killed(tmp_path: Path) -> None:
    configure_logs("WARNING")
    history = await run(tmp_path, FAULTS, users=2)
    assert [record.who for record in history.records if record.what == "fault"] == ["engine", "gateway1", "engine"]
    assert violations(history) == []
    assert sum(record.what == "acknowledged" for record in history.records) >= 2
