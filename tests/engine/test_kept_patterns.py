"""A pattern that is kept is the one that Python compiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.kept_patterns import KeptPatterns

PATTERNS: list[tuple[str | bytes, int]] = [
    ("链接|网址|扫.{0,4}码|发(?:来|给|过来|我)", 0),
    ("(?P<day>[0-9]{1,2})[号日](?!前)|(?P<word>今天|明天)", re.IGNORECASE),
    ("(?x) a  b # comment", re.MULTILINE),
    ("(?i:é)|[^\\W\\d_]+", re.ASCII),
    ("[一-鿿㐀-䶿]{2,}", 0),
    (b"a(b)?c", 0),
    ("", 0),
    *((f"(?<=x{number})y+", 0) for number in range(10)),
]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptPatterns]:
    patterns = KeptPatterns(tmp_path)
    yield patterns
    patterns.stop()
    re.purge()


def compiled() -> list[re.Pattern[str] | re.Pattern[bytes]]:
    re.purge()
    return [re.compile(pattern, flags) for pattern, flags in PATTERNS]


def test_patterns_are_those_that_python_compiles(
    kept: KeptPatterns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = compiled()
    for _ in range(2):
        kept.start()
        found = compiled()
        kept.stop()
        assert found == expected
        for one, other in zip(found, expected, strict=True):
            assert (one.pattern, one.flags, one.groups, one.groupindex) == (
                other.pattern,
                other.flags,
                other.groups,
                other.groupindex,
            )
        assert len(list(tmp_path.iterdir())) == 1
        # The second time nothing is left to compile.
        monkeypatch.setattr(kept, "_compiled_anew", lambda key: pytest.fail(f"{key} was compiled"))


def test_python_compiles_again_in_the_end_and_tells_mistakes(kept: KeptPatterns) -> None:
    before = re._compiler.compile  # type: ignore[attr-defined]
    kept.start()
    with pytest.raises(re.error, match="missing \\)"):
        re.compile("(a")
    kept.stop()
    assert re._compiler.compile is before  # type: ignore[attr-defined]
    kept.stop()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04cos\nabort\n)R."])
def test_a_broken_file_is_written_anew(kept: KeptPatterns, tmp_path: Path, content: bytes) -> None:
    kept.start()
    compiled()
    kept.stop()
    (path,) = tmp_path.iterdir()
    good = path.read_bytes()
    path.write_bytes(content)
    kept.start()
    compiled()
    kept.stop()
    assert len(path.read_bytes()) == len(good)
