"""What the desk is told of the knowledge."""

from __future__ import annotations

from typing import cast

from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.entries import Entry, Key, categories_of, change_of, entries_of
from uwallet_gateway.knowledge.examples import examples_of
from uwallet_gateway.knowledge.store import KnowledgeStore, LastChange
from uwallet_gateway.protocol.knowledge import (
    Category,
    Difference,
    DraftView,
    EngineView,
    Entries,
    EntryDifference,
    EntryKind,
    EntryView,
    KnowledgeView,
    PlanView,
    VersionState,
    VersionView,
)


class KnowledgeViews:
    """Reads the store for the desk."""

    def __init__(self, store: KnowledgeStore) -> None:
        """Reads nothing yet."""
        self._store = store

    async def whole(
        self, role: KnowledgeRole, engines: list[EngineView], problem: str | None, plan: PlanView | None
    ) -> KnowledgeView:
        """Where the knowledge stands.

        Raises:
            InputError: not_found, if no knowledge was read in.
        """
        published, draft, pilot = await self._published(), await self._store.draft(), await self._store.pilot()
        base = pilot or published
        files = await self._store.files(draft or base)
        return KnowledgeView(
            role=role,
            published=version_view(published),
            pilot=version_view(pilot) if pilot else None,
            draft=await self._draft_view(draft, base) if draft else None,
            categories=[Category(id=name, title=title) for name, title in categories_of(files).items()],
            plan=plan,
            engines=engines,
            problem=problem,
        )

    async def categories(self) -> list[Category]:
        """The categories of questions that the draft, or what is published, has.

        Raises:
            InputError: not_found, if no knowledge was read in.
        """
        version = await self._version(None, await self._base())
        files = await self._store.files(version)
        return [Category(id=name, title=title) for name, title in categories_of(files).items()]

    async def entries(self, kind: EntryKind | None, number: int | None) -> Entries:
        """The entries of a version, without a number of what editors work on: the draft, or what is published.

        Raises:
            InputError: not_found.
        """
        base = await self._base()
        version = await self._version(number, base)
        before = entries_of(await self._store.files(base))
        after = entries_of(await self._store.files(version)) if version.number != base.number else before
        last = await self._store.revisions(version.number) if version.state == "draft" else {}
        keys = [key for key in dict.fromkeys([*after, *before]) if kind is None or key[0] == kind]
        views = [_entry_view(key, before.get(key), after.get(key), last.get(key)) for key in keys]
        return Entries(version=version.number, entries=views)

    async def entry(self, key: Key, number: int | None = None) -> EntryView:
        """One entry.

        Raises:
            InputError: not_found.
        """
        for view in (await self.entries(key[0], number)).entries:
            if view.id == key[1]:
                return await self._with_examples(view, number)
        raise InputError(ErrorCode.NOT_FOUND)

    async def _with_examples(self, view: EntryView, number: int | None) -> EntryView:
        if view.kind != "topic":
            return view
        files = await self._store.files(await self._version(number, await self._base()))
        return view.model_copy(update={"examples": examples_of(files, view.id)})

    async def difference(self, after_number: int, before_number: int | None) -> Difference:
        """What differs between a version and another one, by default the published one; of a draft, what it began with.

        Raises:
            InputError: not_found.
        """
        published = await self._published()
        after_version = await self._version(after_number, published)
        against = await self._base() if after_version.state == "draft" else published
        before_version = await self._version(before_number or against.number, against)
        before = entries_of(await self._store.files(before_version))
        after = entries_of(await self._store.files(after_version))
        last = await self._store.revisions(after_version.number)
        found = []
        for key in dict.fromkeys([*after, *before]):
            old, new = before.get(key), after.get(key)
            change = change_of(old, new)
            if change is None:
                continue
            shown = new or old
            found.append(
                EntryDifference(
                    kind=key[0],
                    id=key[1],
                    title=shown.title if shown else key[1],
                    change=change,
                    before=old.value if old else None,
                    after=new.value if new else None,
                    author=last[key].author if key in last else None,
                )
            )
        return Difference(before=before_version.number, after=after_version.number, entries=found)

    async def _draft_view(self, draft: tables.KnowledgeVersion, base: tables.KnowledgeVersion) -> DraftView:
        difference = await self.difference(draft.number, base.number)
        return DraftView(
            **dict(version_view(draft)),
            revision=await self._store.revision(draft.number),
            changes=len(difference.entries),
            updated_at=draft.updated_at,
            is_behind=draft.based_on != base.number,
        )

    async def _published(self) -> tables.KnowledgeVersion:
        published = await self._store.published()
        if published is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return published

    async def _base(self) -> tables.KnowledgeVersion:
        base = await self._store.base()
        if base is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return base

    async def _version(self, number: int | None, base: tables.KnowledgeVersion) -> tables.KnowledgeVersion:
        if number is None:
            return await self._store.draft() or base
        return base if number == base.number else await self._store.version(number)


def version_view(row: tables.KnowledgeVersion) -> VersionView:
    """A version without its files."""
    return VersionView(
        number=row.number,
        sha256=row.sha256,
        state=cast("VersionState", row.state),
        author=row.author,
        created_at=row.created_at,
        note=row.note,
        based_on=row.based_on,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def _entry_view(key: Key, before: Entry | None, after: Entry | None, last: LastChange | None) -> EntryView:
    shown = after or before
    assert shown is not None, "one of the versions has it"
    return EntryView(
        kind=key[0],
        id=key[1],
        title=shown.title,
        category=shown.category,
        file=shown.file,
        value=shown.value,
        revision=last.revision if last else 0,
        change=change_of(before, after),
        changed_by=last.author if last else None,
        changed_at=last.at if last else None,
    )
