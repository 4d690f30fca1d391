"""A version of the knowledge for one site, or a share of the conversations, before all have it."""

from __future__ import annotations

from fastapi import APIRouter

from uwallet_gateway.knowledge.pilots import Scope
from uwallet_gateway.knowledge.views import version_view
from uwallet_gateway.protocol.conversations import SiteName
from uwallet_gateway.protocol.knowledge import PublicationView
from uwallet_gateway.protocol.knowledge_pilots import PilotPublication, PilotRequest, PilotStatus, PilotView
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import EditorNeeded, PublisherNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/knowledge")


@router.get("/pilot", responses=responses(401, 403, 429, 503))
async def read_pilot(services: ServicesNeeded, _session: EditorNeeded) -> PilotStatus:
    """Returns what is tried out now with its figures beside those of all others, and the sites that there are."""
    sites = [SiteName(key=site.key, name=site.name) for site in await services.sites.all()]
    return PilotStatus(running=await _running(services, {site.key: site.name for site in sites}), sites=sites)


@router.post("/draft/pilot", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def start_pilot(body: PilotRequest, services: ServicesNeeded, session: PublisherNeeded) -> PublicationView:
    """Lets one site, or a share of the conversations, have the draft; all others keep what is published.

    As a publication: `checks_needed`, `knowledge_broken`, `operator_needed`, `training_needed`; `pilot_running` while
    there is another one; `publication_set` if the draft is to be published at a time; `engine_full` if the engine has
    no memory for a second model.
    """
    scope = Scope(body.site, body.share)
    return await services.knowledge_publisher.start_pilot(body.revision, scope, session.agent.name, body.note)


@router.post("/pilot/publication", responses=responses(401, 403, 404, 422, 429, 503))
async def publish_pilot(body: PilotPublication, services: ServicesNeeded, session: PublisherNeeded) -> PublicationView:
    """Publishes what is tried out to all."""
    return await services.knowledge_publisher.publish_pilot(session.agent.name, body.note)


@router.delete("/pilot", responses=responses(401, 403, 404, 429, 503))
async def withdraw_pilot(services: ServicesNeeded, session: PublisherNeeded) -> PublicationView:
    """Takes back what is tried out: all have what is published, and it is the draft again."""
    return await services.knowledge_publisher.withdraw_pilot(session.agent.name)


async def _running(services: Services, names: dict[str, str]) -> PilotView | None:
    pilot = await services.knowledge_pilots.running()
    if pilot is None:
        return None
    report = await services.pilot_reports.read(pilot)
    return PilotView(
        version=version_view(await services.knowledge_store.version(pilot.version)),
        site=pilot.site,
        site_name=names.get(pilot.site, pilot.site) if pilot.site else None,
        share=pilot.share,
        agent=pilot.agent,
        note=pilot.note,
        started_at=pilot.started_at,
        pilot=report.pilot,
        others=report.others,
        mixed=report.mixed,
        is_few=report.is_few,
    )
