"""Versions, the draft, and editors who do not overwrite each other."""

from __future__ import annotations

from typing import Any

import pytest

from uwallet_gateway.audit.log import AuditFilter, AuditLog
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.store import EntryEdit, KnowledgeStore
from uwallet_gateway.knowledge.views import KnowledgeViews

PATH = "data/knowledge/faq/pay.yml"
FILES = {
    PATH: "category: 付款\nfaqs:\n- id: first\n  question: 一\n  similar: [甲]\n  answer: 答一\n",
    "data/knowledge/notices.yml": "notices: []\n",
}
FIRST: dict[str, Any] = {"category": "pay", "question": "一", "similar": ["甲"], "answer": "答一"}
KEY: tuple[Any, str] = ("faq", "first")


@pytest.fixture
async def store(database: Database) -> KnowledgeStore:
    store = KnowledgeStore(database)
    await store.read_in(FILES)
    return store


def edit(answer: str, revision: int | None = 0, key: tuple[Any, str] = KEY) -> EntryEdit:
    return EntryEdit(key, revision, FIRST | {"answer": answer})


@pytest.mark.both_databases
async def test_from_the_files_to_a_draft_to_publication_and_back(database: Database, store: KnowledgeStore) -> None:
    views = KnowledgeViews(store)
    log = AuditLog(database, [b"k"])
    assert await store.draft() is None
    await store.edit([edit("新的")], "小林")
    draft = await store.draft()
    assert draft is not None
    assert (draft.number, draft.based_on, draft.state) == (2, 1, "draft")
    difference = await views.difference(2, None)
    assert [(it.kind, it.id, it.change, it.author) for it in difference.entries] == [
        ("faq", "first", "changed", "小林")
    ]
    revision = await store.revision(2)
    await store.publish(2, revision, "小王", "更新")
    assert [(row.number, row.state) for row in await store.versions()] == [(2, "published"), (1, "retired")]
    await store.publish(1, None, "小王", "")
    assert [(row.number, row.state) for row in await store.versions()] == [(2, "retired"), (1, "published")]
    assert (await store.files(await store.version(2)))[PATH].count("新的") == 1
    assert await store.files(await store.version(1)) == FILES
    entries, _ = await log.page(AuditFilter(), limit=9)
    assert [entry.action for entry in entries] == ["knowledge_rolled_back", "knowledge_published", "knowledge_changed"]


@pytest.mark.both_databases
async def test_who_was_slower_is_told(store: KnowledgeStore) -> None:
    await store.edit([edit("小林的")], "小林")
    with pytest.raises(InputError) as caught:
        await store.edit([edit("小王的")], "小王")
    assert caught.value.code is ErrorCode.ENTRY_CHANGED
    assert caught.value.details is not None
    assert caught.value.details["author"] == "小林"
    await store.edit([edit("小王的", caught.value.details["revision"])], "小王")
    assert [past.author for past in await store.history(KEY)] == ["小王", "小林"]


async def test_an_old_revision_of_the_draft_is_not_published(store: KnowledgeStore) -> None:
    await store.edit([edit("新的")], "小林")
    checked = await store.revision(2)
    await store.edit([edit("更新的", checked)], "小林")
    with pytest.raises(InputError) as caught:
        await store.publish(2, checked, "小王", "")
    assert caught.value.code is ErrorCode.ENTRY_CHANGED


async def test_all_of_several_entries_or_none(store: KnowledgeStore) -> None:
    wrong = EntryEdit(("faq", "third"), None, FIRST | {"similar": []})
    with pytest.raises(InputError) as caught:
        await store.edit([edit("新的", None, ("faq", "second")), wrong], "小林")
    assert caught.value.code is ErrorCode.ENTRY_INVALID
    assert await store.draft() is None


@pytest.mark.parametrize(("revision", "key", "code"), [(None, KEY, "name_taken"), (0, ("faq", "none"), "not_found")])
async def test_new_entries_are_new_and_others_known(
    store: KnowledgeStore, revision: int | None, key: Any, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        await store.edit([edit("新的", revision, key)], "小林")
    assert caught.value.code.value == code


async def test_an_entry_becomes_what_it_was(store: KnowledgeStore) -> None:
    await store.edit([edit("新的"), edit("二", None, ("faq", "second"))], "小林")
    last = await store.revisions(2)
    await store.reset(KEY, last[KEY].revision, "小林")
    await store.reset(("faq", "second"), last["faq", "second"].revision, "小林")
    assert (await KnowledgeViews(store).difference(2, None)).entries == []


async def test_changed_files_are_read_in_until_something_is_published_at_the_desk(store: KnowledgeStore) -> None:
    assert not await store.read_in(FILES)
    assert await store.read_in(FILES | {"data/knowledge/x.yml": "title: 新\n"})
    await store.edit([edit("新的")], "小林")
    await store.publish(3, await store.revision(3), "小王", "")
    assert not await store.read_in(FILES)
    assert [row.number for row in await store.versions() if row.state == "published"] == [3]


async def test_a_dropped_draft_leaves_nothing(store: KnowledgeStore) -> None:
    await store.edit([edit("新的")], "小林")
    await store.ignore("0" * 16, "就是这样", "小林")
    await store.discard()
    assert await store.draft() is None
    assert await store.history(KEY) == []
