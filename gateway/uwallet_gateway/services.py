"""The composition root: builds all parts of the gateway from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from redis.asyncio import Redis

from common.opening_hours import OpeningHours
from uwallet_gateway.agents.accounts import Accounts
from uwallet_gateway.agents.canned_replies import CannedReplies
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.agents.provider_sign_ins import ProviderRules, ProviderSignIns
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.second_factors import SecondFactors
from uwallet_gateway.agents.sessions import DeskSessions
from uwallet_gateway.agents.sign_ins import SignIns
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.attachments import AttachmentStore, FolderStore
from uwallet_gateway.audit.log import AuditLog
from uwallet_gateway.clock import set_time
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.redis_client import redis_client
from uwallet_gateway.engine.assistant import EngineAssistant
from uwallet_gateway.engine.client import EngineClient
from uwallet_gateway.engine.engines import AnyEngine, Engines, engines_at
from uwallet_gateway.engine.knowledge import EngineKnowledge
from uwallet_gateway.hooks.cards import load_cards
from uwallet_gateway.hooks.endpoints import read_endpoints
from uwallet_gateway.hooks.outbox import Outbox
from uwallet_gateway.hooks.push import PushSender
from uwallet_gateway.hooks.registry import HookEndpoints
from uwallet_gateway.hooks.sender import HookSender
from uwallet_gateway.hooks.stream import StreamRecorder, StreamSender
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.notice import Notices, load_notice
from uwallet_gateway.identity.sessions import SessionRules, Sessions
from uwallet_gateway.identity.sites import Sites
from uwallet_gateway.insight.answer_figures import AnswerFigures
from uwallet_gateway.insight.feedback import FeedbackStore
from uwallet_gateway.insight.grouping import Grouper
from uwallet_gateway.insight.groups import QuestionGroups
from uwallet_gateway.insight.hot_questions import HotQuestions, read_hot_rules
from uwallet_gateway.insight.misunderstood import Misunderstood
from uwallet_gateway.insight.performance import PerformanceReports
from uwallet_gateway.insight.pilot_figures import PilotReports
from uwallet_gateway.insight.proposals import Proposals
from uwallet_gateway.insight.quality import Quality, load_criteria
from uwallet_gateway.insight.questions import read_questions, read_step_titles
from uwallet_gateway.insight.statistics import Statistics
from uwallet_gateway.knowledge.bundles import written_folder
from uwallet_gateway.knowledge.checks import KnowledgeChecks
from uwallet_gateway.knowledge.pilots import KnowledgePilots
from uwallet_gateway.knowledge.plans import KnowledgePlans
from uwallet_gateway.knowledge.publisher import KnowledgePublisher
from uwallet_gateway.knowledge.regression_check import RegressionCheck
from uwallet_gateway.knowledge.store import KnowledgeStore
from uwallet_gateway.knowledge.trial import KnowledgeTrial
from uwallet_gateway.knowledge.views import KnowledgeViews
from uwallet_gateway.maintenance.persons import Persons
from uwallet_gateway.maintenance.purge import Purge
from uwallet_gateway.maintenance.push_key import push_contact, push_key
from uwallet_gateway.maintenance.readiness import Readiness
from uwallet_gateway.maintenance.retention import Periods
from uwallet_gateway.maintenance.secret_key import secret_keys
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.picture_bucket import bucket_store
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.protocol.routing import Routing
from uwallet_gateway.protocol.service import PriorityTargets, ServiceTargets
from uwallet_gateway.rate_limits import RateLimits
from uwallet_gateway.search.conversations import ConversationQueries
from uwallet_gateway.search.index import SearchIndexer
from uwallet_gateway.settings import PREFIX, REPOSITORY, Settings, SettingsError
from uwallet_gateway.support.agent_commands import AgentCommands
from uwallet_gateway.support.bulk import BulkCommands
from uwallet_gateway.support.configuration import Configuration
from uwallet_gateway.support.customers import Customers
from uwallet_gateway.support.groups import SkillGroups
from uwallet_gateway.support.hours import load_brand
from uwallet_gateway.support.leaves import Leaves
from uwallet_gateway.support.merging import VisitorMerging
from uwallet_gateway.support.notices import SupportNotices
from uwallet_gateway.support.presence import Presence
from uwallet_gateway.support.push_notices import PushNotices
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.support.rules import DeskRules
from uwallet_gateway.support.saved_views import SavedViews
from uwallet_gateway.support.scheduler import SupportScheduler
from uwallet_gateway.support.supervision import Supervision
from uwallet_gateway.support.ticket_steps import TicketSteps
from uwallet_gateway.support.transactions import SupportTransactions
from uwallet_gateway.support.user_commands import UserCommands
from uwallet_gateway.support.user_requests import UserRequests
from uwallet_gateway.texts import Texts, load_texts
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.relay import Relay
from uwallet_gateway.transcript.store import Transcript
from uwallet_gateway.turns.conversations import Conversations
from uwallet_gateway.turns.dispatcher import Dispatcher
from uwallet_gateway.turns.locks import AcrossProcesses, OneProcess
from uwallet_gateway.turns.openings import Openings
from uwallet_gateway.turns.outage import OutageNotices


@dataclass(frozen=True)
class Services:
    """The parts that transports and commands use."""

    settings: Settings
    texts: Texts
    metrics: Metrics
    database: Database
    keys: Keys
    audit: AuditLog
    persons: Persons
    sites: Sites
    sessions: Sessions
    notices: Notices
    openings: Openings
    transcript: Transcript
    event_bus: EventBus
    engine: EngineClient | Engines
    dispatcher: Dispatcher
    conversations: Conversations
    attachments: AttachmentStore
    rate_limits: RateLimits
    presentation: Presentation
    purge: Purge
    readiness: Readiness
    accounts: Accounts
    desk_sessions: DeskSessions
    second_factors: SecondFactors
    sign_ins: SignIns
    provider_sign_ins: ProviderSignIns
    canned_replies: CannedReplies
    feedback: FeedbackStore
    questions: HotQuestions
    step_titles: Mapping[tuple[str, str], str]
    statistics: Statistics
    misunderstood: Misunderstood
    question_groups: QuestionGroups
    proposals: Proposals
    grouper: Grouper
    performance: PerformanceReports
    quality: Quality
    hook_endpoints: HookEndpoints
    outbox: Outbox
    hook_sender: HookSender
    configuration: Configuration
    opening_hours: OpeningHours
    brand: str
    user_commands: UserCommands
    agent_commands: AgentCommands
    bulk_commands: BulkCommands
    supervision: Supervision
    tickets: TicketQueries
    search: ConversationQueries
    search_indexer: SearchIndexer
    presence: Presence
    customers: Customers
    saved_views: SavedViews
    visitor_merging: VisitorMerging
    push_notices: PushNotices
    skill_groups: SkillGroups
    leaves: Leaves
    desk_rules: DeskRules
    support_scheduler: SupportScheduler
    assistant: EngineAssistant
    engine_knowledge: EngineKnowledge
    knowledge_store: KnowledgeStore
    knowledge_views: KnowledgeViews
    knowledge_checks: KnowledgeChecks
    knowledge_trial: KnowledgeTrial
    knowledge_publisher: KnowledgePublisher
    knowledge_pilots: KnowledgePilots
    pilot_reports: PilotReports
    answer_figures: AnswerFigures
    redis: Redis | None
    relay: Relay | None
    stream_sender: StreamSender | None

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.close()
        await self.assistant.close()
        await self.engine_knowledge.close()
        if self.relay:
            await self.relay.stop()
        if self.stream_sender:
            await self.stream_sender.close()
        if self.redis:
            await self.redis.aclose()
        await self.database.close()


def build_services(settings: Settings, engine: EngineClient | Engines | None = None) -> Services:
    """Builds all parts. Opens no connection yet.

    Args:
        settings: The operator's settings.
        engine: A client of the engine; None for the engine that the settings name.

    Raises:
        SettingsError: A setting is wrong.
        TextsError: texts.yml is wrong.
        HooksFileError: The file of UWALLET_HOOKS_FILE is wrong.
        OrganisationError: organisation.yml is wrong.
        KnowledgeFilesError: A knowledge file cannot be read.
        NoticeError: Its notice is.
    """
    if settings.clock:
        set_time(datetime.fromisoformat(settings.clock))
    texts = load_texts()
    metrics = Metrics()
    database = Database(database_url(settings))
    keys = Keys(secret_keys(settings))
    event_bus = EventBus()
    redis_url = settings.redis_url.get_secret_value()
    redis = redis_client(redis_url) if redis_url else None
    urls, secret = settings.engine_urls, settings.engine_secret.get_secret_value() or None
    engine = engine or engines_at(urls, secret, timeout=settings.engine_timeout)
    from_file = read_endpoints(Path(settings.hooks_file)) if settings.hooks_file else ()
    endpoints = HookEndpoints(database, keys.hooks, from_file)
    presentation = Presentation(settings, keys, texts)
    desk_url = f"{settings.public_url}/desk" if settings.public_url else None
    outbox = Outbox(database, lambda: endpoints.current, desk_url, presentation.hook_message)
    transcript = Transcript(database, outbox.record_messages)
    stream = StreamRecorder(enabled=bool(settings.events_stream), texts=settings.events_texts, wake=outbox.wake_after)
    outbox.stream = stream
    configuration = Configuration(database, settings)
    opening_hours = configuration.hours
    desk_rules = DeskRules(database, _routing(settings), _targets(settings))
    steps = TicketSteps(SupportNotices(texts), opening_hours, metrics, keys, desk_rules, outbox.record, stream.rated)
    user_requests = UserRequests(steps, configuration, max_length=settings.max_length)
    tickets = TicketQueries(database, event_bus.is_user_there, opening_hours)
    presence = Presence(database, event_bus)
    transactions = SupportTransactions(database, transcript, event_bus)
    sessions = Sessions(database, keys, _session_rules(settings))
    notices = Notices(database, load_notice(settings.organisation_file))
    agent_commands = AgentCommands(transactions, steps, tickets, max_length=settings.max_length)
    user_commands = UserCommands(transactions, user_requests, tickets, notices)
    outage = OutageNotices(transcript, event_bus, texts, user_requests, metrics)
    knowledge_pilots = KnowledgePilots(database)
    dispatcher = Dispatcher(
        transcript,
        engine,
        event_bus,
        outage,
        user_requests,
        tickets,
        metrics,
        AcrossProcesses(redis, settings.takeover_seconds) if redis else OneProcess(),
        configuration,
        stream,
        knowledge_pilots,
        concurrency=settings.engine_concurrency,
        patience=settings.engine_patience,
        notice_after=settings.notice_after,
    )
    audit = AuditLog(database, keys.audit_keys)
    assistant = EngineAssistant(urls[0], secret, transport=AnyEngine(urls))
    passwords, sign_outs = Passwords(), SignOuts()
    desk_sessions = DeskSessions(
        database,
        sign_outs,
        hours=settings.desk_session_hours,
        idle_minutes=settings.desk_idle_minutes,
        two_factor_roles=settings.desk_two_factor_roles,
    )
    second_factors = SecondFactors(database, sign_outs, keys.second_factors, issuer=texts.desk.authenticator_issuer)
    sign_ins = SignIns(
        database, passwords, desk_sessions, second_factors, two_factor_roles=settings.desk_two_factor_roles
    )
    attachments = picture_store(settings)
    folder = settings.knowledge_dir
    questions = HotQuestions(database, read_questions(folder), read_hot_rules(folder), opening_hours.zone)
    step_titles = dict(read_step_titles(settings.knowledge_dir))

    engine_knowledge = EngineKnowledge(urls[0], secret, transport=AnyEngine(urls))
    knowledge_store = KnowledgeStore(database)
    regression = RegressionCheck(
        database, engine_knowledge, settings.conversations_dir, settings.sets_file, opening_hours.zone
    )
    knowledge_checks = KnowledgeChecks(database, knowledge_store, engine_knowledge, regression, opening_hours.zone)
    persons = Persons(
        database,
        attachments,
        assistant,
        audit,
        keys,
        exports=REPOSITORY / "build" / "labels",
        backup_days=settings.backup_days,
    )
    return Services(
        settings=settings,
        texts=texts,
        metrics=metrics,
        database=database,
        keys=keys,
        audit=audit,
        persons=persons,
        sites=Sites(database, keys),
        sessions=sessions,
        notices=notices,
        openings=Openings(database, event_bus, sessions, notices, tickets, opening_hours),
        transcript=transcript,
        event_bus=event_bus,
        engine=engine,
        dispatcher=dispatcher,
        conversations=Conversations(
            transcript, dispatcher, event_bus, texts, user_requests, notices, metrics, max_length=settings.max_length
        ),
        attachments=attachments,
        rate_limits=RateLimits(settings, metrics, redis),
        presentation=presentation,
        accounts=Accounts(database, passwords, sign_outs, max_chats=settings.agent_max_chats),
        desk_sessions=desk_sessions,
        second_factors=second_factors,
        sign_ins=sign_ins,
        provider_sign_ins=ProviderSignIns(
            database, sign_ins, sign_outs, _provider_rules(settings), max_chats=settings.agent_max_chats
        ),
        canned_replies=CannedReplies(database, texts.desk.reply_variables.model_dump().values()),
        feedback=FeedbackStore(transcript, outbox.record_feedback),
        questions=questions,
        step_titles=step_titles,
        statistics=Statistics(database),
        misunderstood=Misunderstood(database),
        question_groups=QuestionGroups(database),
        proposals=Proposals(database, assistant),
        grouper=Grouper(database, assistant),
        performance=PerformanceReports(database),
        quality=Quality(database, load_criteria()),
        hook_endpoints=endpoints,
        outbox=outbox,
        hook_sender=HookSender(outbox, endpoints, load_cards(), metrics, on_taken=user_commands.delivered),
        assistant=assistant,
        engine_knowledge=engine_knowledge,
        knowledge_store=knowledge_store,
        knowledge_views=KnowledgeViews(knowledge_store),
        knowledge_checks=knowledge_checks,
        knowledge_trial=KnowledgeTrial(knowledge_store, engine_knowledge),
        knowledge_publisher=KnowledgePublisher(
            knowledge_store,
            engine_knowledge,
            knowledge_checks,
            KnowledgePlans(database),
            knowledge_pilots,
            settings.knowledge_dir,
            _reader_of_published(questions, step_titles),
        ),
        knowledge_pilots=knowledge_pilots,
        pilot_reports=PilotReports(database),
        answer_figures=AnswerFigures(database),
        redis=redis,
        relay=Relay(event_bus, redis, redis_client(redis_url, waits=True), transcript.active_since) if redis else None,
        stream_sender=_stream_sender(settings, database, metrics, outbox),
        readiness=Readiness(database, settings.data_dir),
        purge=Purge(
            database,
            attachments,
            Periods(
                messages=settings.retention_days,
                pictures=settings.retention_pictures_days,
                tickets=settings.retention_tickets_days,
                engine=settings.retention_engine_days,
            ),
            persons,
        ),
        configuration=configuration,
        opening_hours=opening_hours,
        brand=load_brand(settings.organisation_file),
        user_commands=user_commands,
        agent_commands=agent_commands,
        bulk_commands=BulkCommands(agent_commands, tickets, lambda error: str(presentation.error(error)["message"])),
        supervision=Supervision(transactions, steps, tickets, max_length=settings.max_length),
        tickets=tickets,
        search=ConversationQueries(database),
        search_indexer=SearchIndexer(database),
        presence=presence,
        customers=Customers(database),
        saved_views=SavedViews(database),
        visitor_merging=VisitorMerging(database, event_bus, hours=settings.merge_visitors_hours),
        push_notices=PushNotices(database, event_bus, _push_sender(settings), texts.desk.push),
        skill_groups=SkillGroups(database),
        leaves=Leaves(database),
        desk_rules=desk_rules,
        support_scheduler=SupportScheduler(
            database, transcript, event_bus, steps, tickets, presence, metrics, configuration, desk_rules
        ),
    )


def _stream_sender(settings: Settings, database: Database, metrics: Metrics, outbox: Outbox) -> StreamSender | None:
    if not settings.events_stream:
        return None
    url = settings.events_redis_url.get_secret_value() or settings.redis_url.get_secret_value()
    if not url:
        raise SettingsError(f"{PREFIX}EVENTS_STREAM: needs {PREFIX}EVENTS_REDIS_URL or {PREFIX}REDIS_URL")
    redis = redis_client(url)
    return StreamSender(database, redis, settings.events_stream, settings.events_max, metrics, outbox.listen())


def picture_store(settings: Settings) -> AttachmentStore:
    """Where pictures are kept: a bucket, or a folder of the data directory."""
    if settings.pictures_bucket:
        return bucket_store(settings)
    return FolderStore(settings.data_dir / "attachments", settings.attachment_bytes)


def _push_sender(settings: Settings) -> PushSender:
    return PushSender(push_key(settings), push_contact(settings), allow_private=settings.development)


def _reader_of_published(
    questions: HotQuestions, step_titles: dict[tuple[str, str], str]
) -> Callable[[Mapping[str, str]], None]:
    """Takes what the gateway itself reads of the knowledge from the files of a version."""

    def read(files: Mapping[str, str]) -> None:
        with written_folder(files) as folder:
            questions.replace(read_questions(folder), read_hot_rules(folder))
            step_titles.update(read_step_titles(folder))

    return read


def _session_rules(settings: Settings) -> SessionRules:
    until = settings.undated_hashes_until
    return SessionRules(
        visitor=timedelta(days=settings.visitor_session_days),
        user=timedelta(hours=settings.user_session_hours),
        voucher=timedelta(hours=settings.user_hash_hours),
        undated_until=datetime.combine(until, time.min, UTC) if until else None,
    )


def _provider_rules(settings: Settings) -> ProviderRules:
    pairs = (pair.rpartition("=") for pair in settings.desk_oidc_roles)
    return ProviderRules(
        link_by=settings.desk_oidc_link_by,
        provisions=settings.desk_oidc_provision,
        groups_claim=settings.desk_oidc_groups_claim,
        groups=settings.desk_oidc_groups,
        roles={group: Role(role) for group, _, role in pairs},
        email_domains=settings.desk_oidc_email_domains,
        two_factor_values=settings.desk_oidc_two_factor,
    )


def _routing(settings: Settings) -> Routing:
    return Routing(mode=settings.assignment, gone_after=settings.agent_gone_after or None)


def _targets(settings: Settings) -> ServiceTargets:
    def of(seconds: tuple[int, ...]) -> PriorityTargets:
        urgent, high, normal = seconds or (0, 0, 0)
        return PriorityTargets(urgent=urgent or None, high=high or None, normal=normal or None)

    return ServiceTargets(
        first_reply=of(settings.target_first_reply),
        resolution=of(settings.target_resolution),
        opening_hours_only=settings.target_opening_hours,
    )
