"""What organisation.yml says of the notice on stored chats."""

from __future__ import annotations

from pathlib import Path

import pytest

from uwallet_gateway.identity.notice import NoticeError, load_notice
from uwallet_gateway.settings import Settings

_NOTICE = "privacy_notice: {version: 2, text: 说明, policy_unknown: 没有登记, policy_url: %s}\n"


def test_own_one_is_complete() -> None:
    notice = load_notice(Settings.model_fields["organisation_file"].default)
    assert notice.version
    assert notice.policy_url is None
    assert notice.words.endswith(notice.policy_unknown)


def test_link_stands_in_the_words_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yml"
    path.write_text(_NOTICE % "null", encoding="utf-8")
    without = load_notice(path)
    path.write_text(_NOTICE % "https://www.example.com/privacy", encoding="utf-8")
    notice = load_notice(path)
    assert (notice.version, notice.words) == ("2", "说明\nhttps://www.example.com/privacy")
    assert notice.digest != without.digest


@pytest.mark.parametrize("url", ["javascript:alert(1)", "www.example.com"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    path = tmp_path / "organisation.yml"
    path.write_text(_NOTICE % f'"{url}"', encoding="utf-8")
    with pytest.raises(NoticeError, match=r"organisation\.yml:1: privacy_notice\.policy_url"):
        load_notice(path)


def test_how_long_chats_are_kept_changes_nothing_that_was_shown(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yml"
    path.write_text(_NOTICE % "null", encoding="utf-8")
    without = load_notice(path)
    path.write_text(_NOTICE.replace("}", ", kept_for: 保存180天}") % "null", encoding="utf-8")
    assert load_notice(path).digest == without.digest
