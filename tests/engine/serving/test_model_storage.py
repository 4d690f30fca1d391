"""A model's archive is unpacked once, and only into its folder."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from rasa.exceptions import UnsupportedModelVersionError

from engine.serving.model_storage import ServingModelStorage


def archive_with(folder: Path, *members: tuple[str, bytes], link: str | None = None) -> Path:
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo("link")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return path


def test_files_are_where_the_archive_says(tmp_path: Path) -> None:
    target = tmp_path / "unpacked"
    ServingModelStorage._extract_archive_to_directory(archive_with(tmp_path, ("components/a/b.json", b"{}")), target)
    assert (target / "components" / "a" / "b.json").read_bytes() == b"{}"


@pytest.mark.parametrize(("name", "link"), [("../outside", None), ("a/../../outside", None), ("inside", "../outside")])
def test_nothing_lands_outside(tmp_path: Path, name: str, link: str | None) -> None:
    target = tmp_path / "unpacked"
    target.mkdir()
    with pytest.raises(Exception, match=r"outside|traversal"):
        ServingModelStorage._extract_archive_to_directory(archive_with(tmp_path, (name, b"x"), link=link), target)
    assert not (tmp_path / "outside").exists()


def test_a_model_of_rasa_2_is_refused(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, ("fingerprint.json", b'{"version": "2.8.0"}'))
    with pytest.raises(UnsupportedModelVersionError):
        ServingModelStorage._extract_archive_to_directory(archive, tmp_path / "unpacked")
