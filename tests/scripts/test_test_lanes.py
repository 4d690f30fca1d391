"""Jobs run beside each other; what fails is said and stops what needs it; every test's time is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import test_lanes as script
from scripts.test_lanes import Job, Lanes, durations


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(script, "RESULTS", tmp_path)
    return tmp_path


def job(name: str, code: str, needs: str | None = None) -> Job:
    return Job(name, (sys.executable, "-c", code), needs=needs)


def test_what_needs_a_job_waits_for_it_and_others_do_not(results: Path) -> None:
    begun, ended = results / "other", results / "first"
    wait = f"import time\nfrom pathlib import Path\nwhile not Path({str(begun)!r}).exists(): time.sleep(0.01)\n"
    first = job("first", f"{wait}Path({str(ended)!r}).touch()")
    other = job("other", f"open({str(begun)!r}, 'w')")
    then = job("then", f"open({str(ended)!r}); print('here')", needs="first")
    Lanes([first, then, other]).run()
    assert [done.status for done in (first, then, other)] == [0, 0, 0]
    assert then.closing_line() == "here"
    assert first.seconds > 0
    assert first.cpu_seconds > 0


def test_what_fails_is_printed_and_stops_what_needs_it(capsys: pytest.CaptureFixture[str]) -> None:
    broken, then = job("broken", "raise SystemExit('the reason')"), job("then", "", needs="broken")
    other = job("other", "print('unheard')")
    Lanes([broken, then, other]).run()
    assert (broken.status, then.status, other.status) == (1, None, 0)
    printed = capsys.readouterr().out
    assert "the reason" in printed
    assert "== broken failed with 1 in " in printed
    assert "unheard" not in printed


def test_tests_are_told_slowest_first(results: Path) -> None:
    path = results / "test_sample.py"
    path.write_text("import time\ndef test_quick(): pass\ndef test_slow(): time.sleep(0.2)\n", encoding="utf-8")
    arguments = ("-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(results), str(path))
    sample = Job("sample", (sys.executable, *arguments), is_pytest=True)
    Lanes([sample]).run()
    assert [name for _, name in durations([sample])] == [
        "sample: test_sample::test_slow",
        "sample: test_sample::test_quick",
    ]
    assert durations([sample])[0][0] >= 0.2
    assert "2 passed" in sample.closing_line()
