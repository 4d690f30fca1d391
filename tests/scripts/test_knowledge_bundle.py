"""A bundle is the same bytes for the same files, and nothing of a broken one is written."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import knowledge_bundle
from scripts.check_knowledge import Findings
from scripts.knowledge_bundle import MANIFEST, BundleError, export, import_
from tests.paths import ROOT

FAQ = "data/knowledge/faq/security.yml"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the knowledge alone; of the checks only what one of them finds is needed here."""
    shutil.copytree(ROOT / "data" / "knowledge", tmp_path / "here" / "data" / "knowledge")
    shutil.copy(ROOT / "domain.yml", tmp_path / "here" / "domain.yml")

    def check(root: Path) -> Findings:
        broken = [str(path) for path in root.rglob("*.yml") if "MISTAKE" in path.read_text(encoding="utf-8")]
        return Findings(problems=[f"{path}:1: broken" for path in broken])

    monkeypatch.setattr(knowledge_bundle, "check", check)
    return tmp_path / "here"


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_export_of_an_import_is_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    digest = export(checkout, first, "7")
    (checkout / FAQ).write_text("category: 别的\n", encoding="utf-8")
    (checkout / "data/knowledge/faq/new.yml").write_text("category: 新的\n", encoding="utf-8")
    manifest = import_(checkout, first)
    assert (manifest["version"], manifest["sha256"]) == ("7", digest)
    assert (checkout / FAQ).read_bytes() == (ROOT / FAQ).read_bytes()
    assert not (checkout / "data/knowledge/faq/new.yml").exists()
    export(checkout, second, str(manifest["version"]))
    assert first.read_bytes() == second.read_bytes()


def test_the_version_stays_with_what_was_imported(checkout: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    root = ["--root", str(checkout)]
    assert knowledge_bundle.main(["export", str(first), "--version", "2026-03", *root]) == 0
    assert knowledge_bundle.main(["import", str(first), *root]) == 0
    assert knowledge_bundle.main(["export", str(second), *root]) == 0
    assert first.read_bytes() == second.read_bytes()


def changed(source: Path, target: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(source) as bundle:
        files = {name: bundle.read(name) for name in bundle.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return target


def with_format(files: dict[str, bytes]) -> None:
    files[MANIFEST] = json.dumps({**json.loads(files[MANIFEST]), "format": 2}).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda files: files.update({FAQ: b"category: x"}), "the hashes do not fit"),
        (lambda files: files.pop(FAQ), "the hashes do not fit"),
        (lambda files: files.update({"data/knowledge/../../evil.yml": b""}), "does not belong into a bundle"),
        (lambda files: files.update({"/data/knowledge/evil.yml": b""}), "does not belong into a bundle"),
        (lambda files: files.update({"actions/evil.py": b""}), "does not belong into a bundle"),
        (lambda files: files.pop(MANIFEST), "bundle.json is missing"),
        (with_format, "format 2, expected 1"),
    ],
)
def test_nothing_of_a_changed_bundle_is_written(
    checkout: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], object], reason: str
) -> None:
    export(checkout, tmp_path / "whole.zip", "1")
    bundle = changed(tmp_path / "whole.zip", tmp_path / "changed.zip", change)
    before = contents(checkout)
    with pytest.raises(BundleError, match=reason):
        import_(checkout, bundle)
    assert contents(checkout) == before


def test_nothing_of_one_that_does_not_pass_the_checks_is_written(checkout: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    (checkout / FAQ).write_text("category: fine\n", encoding="utf-8")
    export(checkout, broken, "1")
    before = contents(checkout)

    def is_broken(files: dict[str, bytes]) -> None:
        files[FAQ] = b"MISTAKE"
        plain = {name: content for name, content in files.items() if name != MANIFEST}
        files[MANIFEST] = json.dumps(knowledge_bundle._manifest(plain, "1")).encode()

    with pytest.raises(BundleError, match=f"^{FAQ}:1: broken$"):
        import_(checkout, changed(broken, tmp_path / "forged.zip", is_broken))
    assert contents(checkout) == before


def test_what_is_broken_is_not_exported(checkout: Path, tmp_path: Path) -> None:
    (checkout / FAQ).write_text("MISTAKE", encoding="utf-8")
    assert knowledge_bundle.main(["export", str(tmp_path / "a.zip"), "--root", str(checkout)]) == 1
    assert not (tmp_path / "a.zip").exists()


def test_what_is_no_bundle_is_refused(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "none.zip").write_text("none", encoding="utf-8")
    with pytest.raises(BundleError, match="no bundle"):
        import_(checkout, tmp_path / "none.zip")
