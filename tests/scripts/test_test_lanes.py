"""Jobs run beside each other; what fails is said and stops what needs it; every test's time is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from scripts import test_lanes as script
from scripts.local import PORTS
from scripts.test_lanes import Job, Lanes, durations, jobs
from tests.paths import ROOT


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(script, "RESULTS", tmp_path)
    return tmp_path


def job(name: str, code: str, *needs: str) -> Job:
    return Job(name, (sys.executable, "-c", code), needs=needs)


def test_what_needs_a_job_waits_for_it_and_others_do_not(results: Path) -> None:
    begun, ended = results / "other", results / "first"
    wait = f"import time\nfrom pathlib import Path\nwhile not Path({str(begun)!r}).exists(): time.sleep(0.01)\n"
    first = job("first", f"{wait}Path({str(ended)!r}).touch()")
    other = job("other", f"open({str(begun)!r}, 'w')")
    then = job("then", f"open({str(ended)!r}); print('here')", "first")
    Lanes([first, then, other]).run()
    assert [done.status for done in (first, then, other)] == [0, 0, 0]
    assert then.closing_line() == "here"
    assert first.seconds > 0
    assert first.cpu_seconds > 0


def test_what_fails_is_printed_and_stops_what_needs_it(capsys: pytest.CaptureFixture[str]) -> None:
    broken, then = job("broken", "raise SystemExit('the reason')"), job("then", "", "broken")
    other = job("other", "print('unheard')")
    last = job("last", "", "other", "then")
    Lanes([last, broken, then, other]).run()
    assert (broken.status, then.status, last.status, other.status) == (1, None, None, 0)
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


def test_every_part_of_a_suite_is_there() -> None:
    """What one part leaves out, another one runs."""
    every_job = {one.name: one for one in jobs()}
    for suite in ("bot", "gateway", "browser"):
        parts = [one for name, one in every_job.items() if name.split("-")[0] == suite and one.is_pytest]
        left_out = {
            path
            for one in parts
            for word in one.command
            if word.startswith("--ignore-glob=")
            for path in (ROOT / one.folder).glob(str(Path(word.partition("=")[2])).removeprefix(f"{ROOT}/"))
        }
        named = {ROOT / one.folder / word for one in parts for word in one.command if word.startswith("tests/")}
        assert left_out
        assert left_out <= named, suite
    needed = {name for one in every_job.values() for name in one.needs}
    assert needed <= set(every_job)


def test_little_runs_beside_the_training(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    second, third, trained = results / "second", results / "third", results / "trained"
    wait = "import time\nfrom pathlib import Path\nwhile not Path({!r}).exists(): time.sleep(0.01)\n"
    nobody_else = f"time.sleep(0.1)\nassert not Path({str(third)!r}).exists()\nPath({str(trained)!r}).touch()"
    training = job("training", wait.format(str(second)) + nobody_else)
    beside = job("beside", f"open({str(second)!r}, 'w')\n" + wait.format(str(trained)) + wait.format(str(third)))
    after = job("after", f"open({str(trained)!r}); open({str(third)!r}, 'w')")
    Lanes([training, beside, after]).run()
    assert [done.status for done in (training, beside, after)] == [0, 0, 0]


def test_a_job_that_fills_gaps_takes_nobody_s_place(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    wait = "import time\nfrom pathlib import Path\nwhile not Path({!r}).exists(): time.sleep(0.01)\n"
    begun = [results / str(number) for number in range(8)]
    # Each waits until all have begun: the six that there is room for, and one that fills.
    waiting = "".join(wait.format(str(path)) for path in begun[:7])
    others = [job(str(number), f"Path = open({str(begun[number])!r}, 'w')\n{waiting}") for number in range(6)]
    filling = [
        job("nice", f"import os\nassert os.nice(0) >= 10\nopen({str(begun[6])!r}, 'w')\n{waiting}"),
        job("next", f"open({str(begun[7])!r}, 'w')"),
    ]
    for one in filling:
        one.fills = True
    Lanes([*filling, *others]).run()
    assert [done.status for done in (*others, *filling)] == [0] * 8


def test_who_is_waited_for_goes_first(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the processes of a session, and among sessions where Linux shares the cores out between them."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    group = Path("/proc/self/autogroup")
    path = f"pathlib.Path({str(group)!r})"
    told = f"import os, pathlib; print(os.nice(0), {path}.read_text() if {path}.exists() else '')"
    wait = "import time\nfrom pathlib import Path\nwhile not Path({!r}).exists(): time.sleep(0.01)\n"
    begun, trained, first = results / "begun", results / "trained", results / "first"
    training = job("training", wait.format(str(begun)) + told)
    to_file = told.replace("print(", "print(file=open({!r}, 'w'), *(").replace("'')", "''))").format(str(first))
    beside = job("beside", f"{to_file}\nopen({str(begun)!r}, 'w')\n{wait.format(str(trained))}{told}")
    after, fills = job("after", f"open({str(trained)!r}, 'w')\n{told}", "training"), job("fills", told, "training")
    fills.fills = True
    Lanes([training, beside, after, fills]).run()
    own, jobs_told = os.nice(0), [one.closing_line().split() for one in (training, beside, after, fills)]
    assert [int(words[0]) - own for words in jobs_told] == [0, 0, 0, 10]
    # Whoever is not root may not say it as often as they want.
    if os.geteuid() == 0 and group.exists() and group.read_text():
        assert first.read_text().split()[-1] == "5"
        assert [int(words[-1]) for words in jobs_told] == [0, 0, 0, 10]


def test_how_busy_the_cores_were_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cores = tmp_path / "stat"
    monkeypatch.setattr(script, "_CORES", cores)
    assert script._ticks() is None
    cores.write_text("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 0 0 0\n")
    before = script._ticks()
    cores.write_text("cpu  150 10 70 810 60 0 0 0 0 0\n")
    assert before == (850, 1000)
    assert script._share_busy(before, script._ticks()) == pytest.approx(0.8)
    assert script._share_busy(before, None) is None


def test_jobs_listen_on_ports_of_their_own() -> None:
    ranges = [one.environment["FREE_PORTS"].split("-") for one in jobs()]
    ports = [port for first, last in ranges for port in range(int(first), int(last) + 1)]
    assert len(ports) == len(set(ports))
    assert set(ports) <= set(PORTS)
    first = jobs()[0]
    free = Job("free", (sys.executable, "-c", "from scripts.local import free_port; print(free_port())"))
    free.environment = first.environment
    Lanes([free]).run()
    assert int(free.closing_line()) in range(int(ranges[0][0]), int(ranges[0][1]) + 1)


@pytest.mark.parametrize("spare", [0, 1 << 62])
def test_temporary_files_are_in_memory_where_there_is_plenty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    monkeypatch.setattr(script, "_MEMORY", tmp_path)
    monkeypatch.setattr(script, "_SPARE", spare)
    monkeypatch.setenv("TMPDIR", "/before")
    with script.temporary_folder():
        inside = Path(os.environ["TMPDIR"])
        assert inside.is_dir() == (spare == 0)
        assert (inside.parent == tmp_path) == (spare == 0)
    assert os.environ["TMPDIR"] == "/before"
    assert list(tmp_path.iterdir()) == []
