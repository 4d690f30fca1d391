"""The second factor of the agent who is signed in: enrol, renew, give up; recovery codes."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from uwallet_gateway.agents.lockout import Source
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import CodeRequest, EnrolmentView, FactorProof, RecoveryCodes, SecondFactorView
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import AgentNeeded
from uwallet_gateway.transport.desk.sign_in import record_wrong_code
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/second_factor")
# Who has no password here proves who they are by having signed in just now.
_RECENT = timedelta(minutes=10)


@router.get("", responses=responses(401, 429, 503))
async def read_second_factor(services: ServicesNeeded, session: AgentNeeded) -> SecondFactorView:
    """Returns what the agent has."""
    status = await services.second_factors.status(session.agent.id)
    return SecondFactorView(
        enrolled_at=status.enrolled_at,
        recovery_codes=status.recovery_codes,
        is_required=services.sign_ins.is_second_factor_required(session.agent),
        asks_for_password=session.agent.has_password,
    )


@router.post("", responses=responses(401, 403, 422, 429, 503))
async def begin(body: FactorProof, services: ServicesNeeded, session: AgentNeeded) -> EnrolmentView:
    """Makes a secret for an app, which counts when it is confirmed. Until then a factor that is there goes on."""
    await _check(body, services, session)
    enrolment = await services.second_factors.begin(session.agent)
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri)


@router.post("/confirmation", responses=responses(401, 403, 409, 422, 429, 503))
async def confirm(body: CodeRequest, services: ServicesNeeded, session: AgentNeeded) -> RecoveryCodes:
    """Puts the app in force by a code of it. The agent's other sessions end."""
    codes = await services.second_factors.confirm(session.agent, body.code, kept=session.id)
    return RecoveryCodes(recovery_codes=codes)


@router.post("/recovery_codes", responses=responses(401, 403, 409, 422, 429, 503))
async def renew_recovery_codes(body: FactorProof, services: ServicesNeeded, session: AgentNeeded) -> RecoveryCodes:
    """Replaces the recovery codes."""
    await _check(body, services, session)
    return RecoveryCodes(recovery_codes=await services.second_factors.renew_recovery_codes(session.agent))


@router.post("/removal", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove(body: FactorProof, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Gives the factor up, where the agent's role does not need one. The agent's other sessions end."""
    if services.sign_ins.is_second_factor_required(session.agent):
        raise InputError(ErrorCode.SECOND_FACTOR_REQUIRED)
    await _check(body, services, session)
    await services.second_factors.remove(session.agent, kept_session=session.id)


async def _check(proof: FactorProof, services: Services, session: DeskSession) -> None:
    """Makes sure that it is the agent: somebody may sit at their open desk.

    Raises:
        InputError: wrong_password, wrong_code, locked_out, sign_in_too_old.
    """
    agent = session.agent
    if agent.has_password:
        try:
            await services.accounts.check_password(agent.id, proof.password or "", session_id=session.id)
        except InputError as error:
            await services.audit.write(Action.SECOND_FACTOR_FAILED, agent.username, code=error.code.value)
            raise
    elif session.created_at < now() - _RECENT:
        raise InputError(ErrorCode.SIGN_IN_TOO_OLD)
    if (await services.second_factors.status(agent.id)).enrolled_at is None:
        return
    try:
        await services.second_factors.check(agent, proof.code or "", Source("session", session.id))
    except InputError as error:
        await record_wrong_code(services, agent.username, None, error.code)
        raise
