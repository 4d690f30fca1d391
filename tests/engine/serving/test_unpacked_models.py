"""A model is unpacked once, and nobody loses what he reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.serving.unpacked_models import FOLDER, unpacked


class Unpack:
    """Writes an archive's bytes into a file, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, archive: str | Path, folder: Path) -> None:
        self.times += 1
        (folder / "content").write_bytes(Path(archive).read_bytes())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"first")
    return path


def test_a_model_is_unpacked_once(archive: Path) -> None:
    unpack = Unpack()
    for _ in range(2):
        with unpacked(archive, unpack) as folder:
            assert folder is not None
            assert (folder / "content").read_bytes() == b"first"
    assert unpack.times == 1


def test_another_content_takes_the_place_of_the_one_before(archive: Path) -> None:
    unpack = Unpack()
    with unpacked(archive, unpack) as before:
        pass
    archive.write_bytes(b"other")
    with unpacked(archive, unpack) as folder:
        assert folder is not None
        assert (folder / "content").read_bytes() == b"other"
        assert list(folder.parent.iterdir()) == [folder]
    assert folder != before


def test_what_somebody_reads_stays(archive: Path) -> None:
    with unpacked(archive, Unpack()) as before:
        archive.write_bytes(b"other")
        with unpacked(archive, Unpack()):
            assert before is not None
            assert (before / "content").read_bytes() == b"first"


def test_copies_of_other_models_stay_and_what_a_killed_process_has_left_goes(archive: Path) -> None:
    place = archive.parent / FOLDER
    (place / "other.tar.gz-1").mkdir(parents=True)
    (place / "new-1").mkdir()
    with unpacked(archive, Unpack()) as folder:
        assert folder is not None
        assert {path.name for path in place.iterdir()} == {folder.name, "other.tar.gz-1"}


def test_where_nothing_can_be_kept_the_archive_serves(archive: Path) -> None:
    (archive.parent / FOLDER).write_text("no folder")
    unpack = Unpack()
    with unpacked(archive, unpack) as folder:
        assert folder is None
    assert unpack.times == 0


def test_what_cannot_be_unpacked_leaves_nothing(archive: Path) -> None:
    def broken(archive: str | Path, folder: Path) -> None:
        (folder / "half").write_text("")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), unpacked(archive, broken):
        pass
    assert not list((archive.parent / FOLDER).iterdir())
