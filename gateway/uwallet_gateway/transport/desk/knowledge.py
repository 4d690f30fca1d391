"""The knowledge: versions, the draft, checks, trying it, publishing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import InputError
from uwallet_gateway.knowledge.bundles import packed
from uwallet_gateway.knowledge.store import EntryEdit
from uwallet_gateway.knowledge.views import version_view
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.knowledge import (
    ENTRY_ID,
    ChecksView,
    Difference,
    Entries,
    EntriesRequest,
    EntriesStored,
    EntryKind,
    EntryPast,
    EntryProblem,
    EntryRequest,
    EntryView,
    IgnoreRequest,
    KnowledgeView,
    MovedExampleView,
    PublicationRequest,
    PublicationView,
    RollbackRequest,
    TrainingView,
    TrialRequest,
    TrialView,
    Versions,
)
from uwallet_gateway.transport.desk.guard import EditorNeeded, PublisherNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/knowledge")
_Number = Annotated[int, Path(ge=1, le=MAX_ID)]
_Version = Annotated[int | None, Query(ge=1, le=MAX_ID, description="By default the draft, or what is published")]
_EntryId = Annotated[str, Path(pattern=ENTRY_ID)]
_Revision = Annotated[int, Query(ge=0, le=MAX_ID, description="The one that was read")]
_FindingKey = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get("", responses=responses(401, 403, 404, 429, 503))
async def read_knowledge(services: ServicesNeeded, session: EditorNeeded) -> KnowledgeView:
    """Returns where the knowledge stands: what is published, the draft, and which engine serves what."""
    role = session.agent.knowledge_role or KnowledgeRole.EDITOR
    publisher = services.knowledge_publisher
    return await services.knowledge_views.whole(
        role, await publisher.engines(), publisher.problem, await publisher.plan()
    )


@router.get("/versions", responses=responses(401, 403, 429, 503))
async def read_versions(services: ServicesNeeded, _session: EditorNeeded) -> Versions:
    """Returns all versions, newest first."""
    return Versions(versions=[version_view(row) for row in await services.knowledge_store.versions()])


@router.get("/versions/{number}/difference", responses=responses(401, 403, 404, 422, 429, 503))
async def read_difference(
    number: _Number,
    services: ServicesNeeded,
    _session: EditorNeeded,
    against: Annotated[int | None, Query(ge=1, le=MAX_ID, description="By default what is published")] = None,
) -> Difference:
    """Returns which entries of a version differ from another one."""
    return await services.knowledge_views.difference(number, against)


@router.get(
    "/versions/{number}/bundle.zip",
    responses=responses(401, 403, 404, 422, 429, 503)
    | {200: {"content": {"application/zip": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_version(number: _Number, services: ServicesNeeded, _session: EditorNeeded) -> Response:
    """Returns a version as `make knowledge-export` writes it; `make knowledge-import` takes it."""
    store = services.knowledge_store
    version = await store.version(number)
    data = packed(await store.files(version), str(number))
    await services.audit.write(Action.KNOWLEDGE_EXPORTED, str(number), sha256=version.sha256)
    headers = {"Content-Disposition": f'attachment; filename="knowledge_{number}.zip"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/zip", headers=headers)


@router.post("/versions/{number}/publication", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def roll_back(
    number: _Number, body: RollbackRequest, services: ServicesNeeded, session: PublisherNeeded
) -> PublicationView:
    """Publishes an earlier version again. The draft stays as it is."""
    return await services.knowledge_publisher.roll_back(number, session.agent.name, body.note)


@router.get("/entries", responses=responses(401, 403, 404, 422, 429, 503))
async def read_entries(
    services: ServicesNeeded, _session: EditorNeeded, kind: EntryKind | None = None, version: _Version = None
) -> Entries:
    """Returns the entries of a version with how they differ from what is published; removed ones, too."""
    return await services.knowledge_views.entries(kind, version)


@router.get("/entries/{kind}/{entry_id}", responses=responses(401, 403, 404, 422, 429, 503))
async def read_entry(
    kind: EntryKind, entry_id: _EntryId, services: ServicesNeeded, _session: EditorNeeded, version: _Version = None
) -> EntryView:
    """Returns an entry."""
    return await services.knowledge_views.entry((kind, entry_id), version)


@router.get("/entries/{kind}/{entry_id}/history", responses=responses(401, 403, 422, 429, 503))
async def read_history(
    kind: EntryKind, entry_id: _EntryId, services: ServicesNeeded, _session: EditorNeeded
) -> list[EntryPast]:
    """Returns who has changed an entry at the desk, and to what; newest first."""
    return await services.knowledge_store.history((kind, entry_id))


@router.put("/draft/entries/{kind}/{entry_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_entry(
    kind: EntryKind, entry_id: _EntryId, body: EntryRequest, services: ServicesNeeded, session: EditorNeeded
) -> EntryView:
    """Stores an entry in the draft, which is opened with the first change.

    `entry_changed` if somebody has changed it since `revision`; `name_taken` if it was to be new.
    """
    edit = EntryEdit((kind, entry_id), body.revision, body.value, body.examples)
    moved = await services.knowledge_store.edit([edit], session.agent.name)
    view = await services.knowledge_views.entry((kind, entry_id))
    return view.model_copy(update={"moved": [MovedExampleView(text=it.text, intent=it.intent) for it in moved]})


@router.delete(
    "/draft/entries/{kind}/{entry_id}", status_code=204, responses=responses(401, 403, 404, 409, 422, 429, 503)
)
async def remove_entry(
    kind: EntryKind, entry_id: _EntryId, revision: _Revision, services: ServicesNeeded, session: EditorNeeded
) -> None:
    """Takes an entry out of the draft."""
    await services.knowledge_store.edit([EntryEdit((kind, entry_id), revision, None)], session.agent.name)


@router.post(
    "/draft/entries/{kind}/{entry_id}/reset", status_code=204, responses=responses(401, 403, 404, 409, 422, 429, 503)
)
async def reset_entry(
    kind: EntryKind, entry_id: _EntryId, revision: _Revision, services: ServicesNeeded, session: EditorNeeded
) -> None:
    """Makes an entry what it is in the published version again."""
    await services.knowledge_store.reset((kind, entry_id), revision, session.agent.name)


@router.post("/draft/entries", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_entries(body: EntriesRequest, services: ServicesNeeded, session: EditorNeeded) -> EntriesStored:
    """Stores several entries in the draft, all or none; `problems` says what is wrong with which."""
    edits = [EntryEdit((row.kind, row.id), row.revision, row.value, row.examples) for row in body.entries]
    try:
        await services.knowledge_store.edit(edits, session.agent.name)
    except InputError as error:
        found = (error.details or {}).get("problems")
        if found is None:
            raise
        return EntriesStored(stored=0, problems=[EntryProblem(**problem) for problem in found])
    return EntriesStored(stored=len(edits), problems=[])


@router.delete("/draft", status_code=204, responses=responses(401, 403, 429, 503))
async def discard_draft(services: ServicesNeeded, _session: EditorNeeded) -> None:
    """Drops the draft with all changes. No-op without one."""
    await services.knowledge_store.discard()


@router.get("/draft/checks", responses=responses(401, 403, 404, 429, 503))
async def read_checks(services: ServicesNeeded, _session: EditorNeeded) -> ChecksView:
    """Returns the last run of the checks, or how far the running one is."""
    return await services.knowledge_checks.read()


@router.post("/draft/checks", status_code=202, responses=responses(401, 403, 404, 409, 429, 503))
async def start_checks(services: ServicesNeeded, _session: EditorNeeded) -> ChecksView:
    """Starts the checks on the draft; ask `GET` how far they are. No-op while they run."""
    return await services.knowledge_checks.start()


@router.delete("/draft/checks", responses=responses(401, 403, 404, 429, 503))
async def cancel_checks(services: ServicesNeeded, _session: EditorNeeded) -> ChecksView:
    """Ends the checks that go on, whoever has started them. No-op if none do."""
    return await services.knowledge_checks.cancel()


@router.put("/draft/ignored/{key}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def ignore_finding(
    key: _FindingKey, body: IgnoreRequest, services: ServicesNeeded, session: EditorNeeded
) -> None:
    """Says why a finding does not matter. Errors are not ignored: they stop a publication all the same."""
    await services.knowledge_store.ignore(key, body.reason, session.agent.name)


@router.delete("/draft/ignored/{key}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def heed_finding(key: _FindingKey, services: ServicesNeeded, session: EditorNeeded) -> None:
    """Takes back that a finding does not matter."""
    await services.knowledge_store.ignore(key, None, session.agent.name)


@router.get("/draft/training", responses=responses(401, 403, 404, 422, 429, 503))
async def read_training(services: ServicesNeeded, _session: EditorNeeded) -> TrainingView:
    """Returns how far the engine is with learning the examples of the draft."""
    return await services.knowledge_trial.training(start=False)


@router.post("/draft/training", status_code=202, responses=responses(401, 403, 404, 422, 429, 503))
async def start_training(services: ServicesNeeded, _session: EditorNeeded) -> TrainingView:
    """Lets the engine learn the examples of the draft, once more if that has failed. No-op while it does."""
    return await services.knowledge_trial.training(start=True)


@router.post("/draft/trial", responses=responses(401, 403, 404, 422, 429, 503))
async def try_draft(body: TrialRequest, services: ServicesNeeded, _session: EditorNeeded) -> TrialView:
    """Plays a conversation on the draft in the engine, and says how each message was read."""
    return await services.knowledge_trial.play(body)


@router.post("/draft/publication", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def publish_draft(
    body: PublicationRequest, services: ServicesNeeded, session: PublisherNeeded
) -> PublicationView:
    """Publishes the draft; the engines serve it within seconds. With `at` it is published then, unless it has changed.

    `checks_needed` if this revision was not checked, or a finding is neither mended nor ignored; `knowledge_broken` if
    the engine refuses it; `operator_needed` if it changes what is in the engine itself; `training_needed` while the
    engine learns examples.
    """
    return await services.knowledge_publisher.publish(body.revision, session.agent.name, body.note, body.at)


@router.delete("/draft/publication", status_code=204, responses=responses(401, 403, 429, 503))
async def cancel_publication(services: ServicesNeeded, _session: PublisherNeeded) -> None:
    """Takes back that the draft is published at a time. No-op if nothing is planned."""
    await services.knowledge_publisher.cancel_plan()
