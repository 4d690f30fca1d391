/** Requests to /desk/api. */

import type {
  Agent,
  AgentSession,
  AuditPage,
  AuditVerification,
  BlockList,
  Board,
  BulkRequest,
  BulkResult,
  CannedReply,
  CannedReplyRequest,
  Configuration,
  Conversation,
  ConversationFilters,
  ConversationPage,
  Customer,
  Enrolled,
  Enrolment,
  Erased,
  FactorProof,
  HookChange,
  HookRequest,
  HookSecret,
  HookTest,
  OfficialHolidays,
  GroupRequest,
  PersonRequest,
  Intent,
  KnowledgeRole,
  LabelUse,
  Leave,
  MergeCandidate,
  Message,
  Page,
  Presence,
  Queue,
  Performance,
  PushRequest,
  PushView,
  QualitySheet,
  RecoveryCodes,
  ReplyImport,
  Review,
  Reviews,
  Role,
  SavedView,
  SavedViewRequest,
  RoutingRules,
  RoutingView,
  SecondFactor,
  SecondStep,
  Session,
  ServiceTargets,
  ServiceTargetsView,
  SignInOptions,
  SkillGroup,
  Suggestion,
  Ticket,
  TicketDetails,
  TicketReview,
} from './protocol.ts';

/** Codes that the desk itself makes, beside those of docs/support.md. */
export const UNREACHABLE = 'unreachable';

/** Where a failure lies that nobody has put into words. */
export type Trouble = 'network' | 'busy' | 'server' | 'request';

/** How long an answer may take. Milliseconds; pictures may be slow. */
const TIMEOUT = 15_000;
const UPLOAD_TIMEOUT = 120_000;

/** A request that failed. `message` is the gateway's, Chinese, and may be shown; empty if it sent none. */
export class ApiError extends Error {
  constructor(
    /** 0 without an answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    /** Seconds. */
    readonly retryAfter: number | null = null,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** Whether the same request can succeed later: nobody has refused it for good. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** A server that answers is no broken network. */
  get trouble(): Trouble {
    if (this.status === 0) return 'network';
    if (this.status === 429) return 'busy';
    return this.status >= 500 ? 'server' : 'request';
  }
}

export interface ApiOptions {
  fetch: typeof fetch;
  /** Proves that a change comes from the desk itself; null while signed out. */
  csrf: () => string | null;
  /** Asks for the current proof; returns whether the same agent is still signed in. */
  renew: () => Promise<boolean>;
  onSignedOut: () => void;
  /** The gateway's clock, in milliseconds since 1970, to a second. */
  onServerTime: (time: number) => void;
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** The gateway's side of the desk. Every method throws `ApiError`. */
export class DeskApi {
  constructor(private readonly options: ApiOptions) {}

  // --- Session ---

  session = (): Promise<Session> => this.request('GET', '/session');
  signInOptions = (): Promise<SignInOptions> => this.request('GET', '/sign_in');
  signIn = (username: string, password: string): Promise<Session | SecondStep> =>
    this.request('POST', '/session', { username, password });
  sendCode = (code: string): Promise<Session> => this.request('POST', '/session/code', { code });
  beginRequiredEnrolment = (): Promise<Enrolment> => this.request('POST', '/session/enrolment');
  confirmRequiredEnrolment = (code: string): Promise<Enrolled> =>
    this.request('POST', '/session/enrolment/confirmation', { code });
  signOut = (): Promise<void> => this.request('DELETE', '/session');
  noteActivity = (): Promise<void> => this.request('POST', '/session/activity');
  changePassword = (old: string, fresh: string): Promise<void> =>
    this.request('POST', '/password', { old, new: fresh });
  sessions = (): Promise<AgentSession[]> => this.request('GET', '/sessions');
  endOtherSessions = (): Promise<void> => this.request('DELETE', '/sessions');
  secondFactor = (): Promise<SecondFactor> => this.request('GET', '/second_factor');
  beginEnrolment = (proof: FactorProof): Promise<Enrolment> => this.request('POST', '/second_factor', proof);
  confirmEnrolment = (code: string): Promise<RecoveryCodes> =>
    this.request('POST', '/second_factor/confirmation', { code });
  renewRecoveryCodes = (proof: FactorProof): Promise<RecoveryCodes> =>
    this.request('POST', '/second_factor/recovery_codes', proof);
  removeSecondFactor = (proof: FactorProof): Promise<void> => this.request('POST', '/second_factor/removal', proof);
  setPresence = (status: Exclude<Presence, 'offline'>): Promise<void> => this.request('PUT', '/presence', { status });

  // --- Tickets ---

  queue = (): Promise<Queue> => this.request('GET', '/queue');
  tickets = (query: Query): Promise<{ tickets: Ticket[]; has_more: boolean }> =>
    this.request('GET', '/tickets' + search(query));
  ticket = (id: number): Promise<TicketDetails> => this.request('GET', `/tickets/${id}`);
  messages = (id: number, query: { before?: number; after?: number; limit?: number }): Promise<Page> =>
    this.request('GET', `/tickets/${id}/messages` + search(query));
  suggestions = (id: number): Promise<{ suggestions: Suggestion[] }> =>
    this.request('GET', `/tickets/${id}/suggestions`);
  searchKnowledge = (query: string): Promise<{ suggestions: Suggestion[] }> =>
    this.request('GET', '/suggestions' + search({ query }));
  claim = (id: number): Promise<Ticket> => this.request('POST', `/tickets/${id}/claim`);
  say = (
    id: number,
    body: { text?: string; attachment_id?: string; client_id: string; canned_reply_id?: number },
  ): Promise<Message> => this.request('POST', `/tickets/${id}/messages`, body);
  /** Gives a chat to an agent, to a group, or to neither: back to the queue. */
  transfer = (id: number, to: { agent_id?: number | null; group_id?: number | null }, memo: string): Promise<unknown> =>
    this.request('POST', `/tickets/${id}/transfer`, { ...to, memo });
  returnToBot = (id: number): Promise<unknown> => this.request('POST', `/tickets/${id}/return`, {});
  close = (id: number, disposition: string, note: string): Promise<unknown> =>
    this.request('POST', `/tickets/${id}/close`, { disposition, note });
  /** Puts a ticket off until a moment (ISO 8601); null for the agent who asks. */
  followUp = (id: number, due_at: string, agent_id: number | null, note: string): Promise<unknown> =>
    this.request('POST', `/tickets/${id}/follow_up`, { due_at, agent_id, note });
  keepOpen = (id: number, kept_open: boolean): Promise<Ticket> =>
    this.request('PUT', `/tickets/${id}/kept_open`, { kept_open });
  contact = (id: number): Promise<{ contact: string }> => this.request('POST', `/tickets/${id}/contact`);
  addNote = (id: number, text: string): Promise<unknown> => this.request('POST', `/tickets/${id}/notes`, { text });
  assign = (id: number, agent_id: number): Promise<unknown> =>
    this.request('POST', `/tickets/${id}/assign`, { agent_id });

  /** Does the same to many tickets, or to the newest tickets of conversations. */
  changeTickets = (body: BulkRequest): Promise<BulkResult> =>
    this.request('POST', '/tickets/bulk', body, UPLOAD_TIMEOUT);

  upload = (id: number, file: Blob, name: string): Promise<{ id: string }> => {
    const form = new FormData();
    form.append('file', file, name);
    return this.request('POST', `/tickets/${id}/attachments`, form, UPLOAD_TIMEOUT);
  };

  // --- Conversations ---

  conversations = (query: Query): Promise<ConversationPage> => this.request('GET', '/conversations' + search(query));
  conversationFilters = (): Promise<ConversationFilters> => this.request('GET', '/conversations/filters');
  conversation = (id: string): Promise<Conversation> => this.request('GET', `/conversations/${id}`);
  conversationMessages = (id: string, query: { before?: number; after?: number; limit: number }): Promise<Page> =>
    this.request('GET', `/conversations/${id}/messages` + search(query));

  /** Says whether the bot's answer to a message was wrong. */
  markAnswer = (id: string, messageId: number, marked: boolean): Promise<unknown> =>
    this.request('PUT', `/conversations/${id}/messages/${messageId}/mark`, { marked });

  // --- Notices on this device ---

  push = (): Promise<PushView> => this.request('GET', '/push');
  subscribePush = (body: PushRequest): Promise<void> => this.request('PUT', '/push', body);
  unsubscribePush = (): Promise<void> => this.request('DELETE', '/push');

  // --- Saved views ---

  views = (): Promise<SavedView[]> => this.request('GET', '/views');
  saveView = (id: number | null, body: SavedViewRequest): Promise<SavedView> =>
    id === null ? this.request('POST', '/views', body) : this.request('PUT', `/views/${id}`, body);
  deleteView = (id: number): Promise<void> => this.request('DELETE', `/views/${id}`);

  // --- Agents ---

  agents = (): Promise<Agent[]> => this.request('GET', '/agents');
  createAgent = (body: {
    username: string;
    name: string;
    email?: string | null;
    role: Role;
    knowledge_role?: KnowledgeRole | null;
    max_chats?: number;
  }): Promise<{ password: string }> => this.request('POST', '/agents', body);
  changeAgent = (
    id: number,
    body: Partial<{
      name: string;
      email: string;
      role: Role;
      knowledge_role: KnowledgeRole | '';
      enabled: boolean;
      max_chats: number;
    }>,
  ): Promise<unknown> => this.request('PATCH', `/agents/${id}`, body);
  resetPassword = (id: number): Promise<{ password: string }> => this.request('POST', `/agents/${id}/password`);

  resetSecondFactor = (id: number): Promise<void> => this.request('DELETE', `/agents/${id}/second_factor`);
  sessionsOf = (id: number): Promise<AgentSession[]> => this.request('GET', `/agents/${id}/sessions`);
  endSessionsOf = (id: number): Promise<void> => this.request('DELETE', `/agents/${id}/sessions`);

  // --- Persons ---

  exportPerson = (person: PersonRequest): Promise<Blob> =>
    this.request('POST', '/persons/export', person, UPLOAD_TIMEOUT);
  erasePerson = (person: PersonRequest): Promise<Erased> =>
    this.request('POST', '/persons/erase', person, UPLOAD_TIMEOUT);

  // --- Audit log ---

  audit = (query: Query): Promise<AuditPage> => this.request('GET', '/audit' + search(query));
  verifyAudit = (): Promise<AuditVerification> => this.request('GET', '/audit/verification');

  // --- Canned replies ---

  cannedReplies = (): Promise<CannedReply[]> => this.request('GET', '/canned_replies');
  saveCannedReply = (id: number | null, body: CannedReplyRequest): Promise<unknown> =>
    id === null ? this.request('POST', '/canned_replies', body) : this.request('PUT', `/canned_replies/${id}`, body);
  deleteCannedReply = (id: number): Promise<unknown> => this.request('DELETE', `/canned_replies/${id}`);
  importCannedReplies = (file: File, personal: boolean): Promise<ReplyImport> => {
    const form = new FormData();
    form.append('file', file, file.name);
    return this.request('POST', '/canned_replies/import' + search({ personal }), form, UPLOAD_TIMEOUT);
  };
  /** Says a text and does what a canned reply does beside. */
  applyMacro = (id: number, reply: number, text: string, client_id: string): Promise<Ticket> =>
    this.request('POST', `/tickets/${id}/macros/${reply}`, { text, client_id });
  labels = (): Promise<LabelUse[]> => this.request('GET', '/labels');
  setLabels = (id: number, labels: readonly string[]): Promise<Ticket> =>
    this.request('PUT', `/tickets/${id}/labels`, { labels });

  // --- Settings ---

  configuration = (): Promise<Configuration> => this.request('GET', '/settings');
  changeSetting = (name: string, value: object): Promise<Configuration> =>
    this.request('PUT', `/settings/${name}`, value);
  resetSetting = (name: string): Promise<Configuration> => this.request('DELETE', `/settings/${name}`);
  officialHolidays = (year: number): Promise<OfficialHolidays> =>
    this.request('GET', `/settings/official_holidays/${year}`);
  addHook = (body: HookRequest): Promise<HookSecret> => this.request('POST', '/settings/hooks', body);
  /** What is not given stays, but for events and site. */
  changeHook = (name: string, body: HookChange): Promise<Configuration> =>
    this.request('PUT', `/settings/hooks/${name}`, body);
  deleteHook = (name: string): Promise<Configuration> => this.request('DELETE', `/settings/hooks/${name}`);
  renewHookSecret = (name: string): Promise<HookSecret> => this.request('POST', `/settings/hooks/${name}/secret`);
  tryHook = (name: string): Promise<HookTest> =>
    this.request('POST', `/settings/hooks/${name}/test`, undefined, UPLOAD_TIMEOUT);
  // --- Groups, assignment, leave ---

  groups = (): Promise<SkillGroup[]> => this.request('GET', '/groups');
  saveGroup = (id: number | null, body: GroupRequest): Promise<SkillGroup> =>
    id === null ? this.request('POST', '/groups', body) : this.request('PUT', `/groups/${id}`, body);
  deleteGroup = (id: number): Promise<void> => this.request('DELETE', `/groups/${id}`);
  leaves = (): Promise<Leave[]> => this.request('GET', '/leaves');
  /** Moments in ISO 8601. */
  addLeave = (agent_id: number, starts_at: string, ends_at: string): Promise<Leave> =>
    this.request('POST', '/leaves', { agent_id, starts_at, ends_at });
  deleteLeave = (id: number): Promise<void> => this.request('DELETE', `/leaves/${id}`);
  routing = (): Promise<RoutingView> => this.request('GET', '/routing');
  saveRouting = (rules: RoutingRules): Promise<RoutingView> => this.request('PUT', '/routing', rules);
  targets = (): Promise<ServiceTargetsView> => this.request('GET', '/targets');
  saveTargets = (targets: ServiceTargets): Promise<ServiceTargetsView> => this.request('PUT', '/targets', targets);

  // --- Users beside their tickets ---

  customer = (id: number): Promise<Customer> => this.request('GET', `/tickets/${id}/customer`);
  addCustomerNote = (id: number, text: string): Promise<Customer> =>
    this.request('POST', `/tickets/${id}/customer/notes`, { text });
  deleteCustomerNote = (id: number, noteId: number): Promise<Customer> =>
    this.request('DELETE', `/tickets/${id}/customer/notes/${noteId}`);
  /** Null days: for good. */
  blockCustomer = (id: number, reason: string, days: number | null): Promise<Customer> =>
    this.request('PUT', `/tickets/${id}/customer/block`, { reason, days });
  mergeCandidate = (id: number, user_id: string): Promise<MergeCandidate> =>
    this.request('GET', `/tickets/${id}/customer/merge` + search({ user_id }));
  mergeCustomer = (id: number, user_id: string): Promise<Customer> =>
    this.request('POST', `/tickets/${id}/customer/merge`, { user_id });
  blocked = (): Promise<BlockList> => this.request('GET', '/blocked');
  unblock = (conversationId: string): Promise<void> => this.request('DELETE', `/blocked/${conversationId}`);

  // --- Supervision ---

  board = (): Promise<Board> => this.request('GET', '/board');
  /** Leaves a word for the agent who has a chat. */
  whisper = (id: number, text: string): Promise<Ticket> => this.request('POST', `/tickets/${id}/whispers`, { text });
  /** Says something to the user in a chat that somebody else has. */
  bargeIn = (id: number, text: string, client_id: string): Promise<Message> =>
    this.request('POST', `/tickets/${id}/interjections`, { text, client_id });
  performance = (query: Query): Promise<Performance> => this.request('GET', '/insight/agents' + search(query));
  qualitySheet = (): Promise<QualitySheet> => this.request('GET', '/quality/sheet');
  qualitySample = (query: Query): Promise<{ tickets: Ticket[] }> =>
    this.request('GET', '/quality/sample' + search(query));
  reviews = (query: Query): Promise<Reviews> => this.request('GET', '/quality/reviews' + search(query));
  ownReviews = (): Promise<Reviews> => this.request('GET', '/quality/mine');
  seeOwnReviews = (): Promise<void> => this.request('POST', '/quality/mine/seen');
  reviewOf = (id: number): Promise<TicketReview> => this.request('GET', `/tickets/${id}/review`);
  review = (id: number, points: Record<string, number>, comment: string): Promise<Review> =>
    this.request('PUT', `/tickets/${id}/review`, { points, comment });

  intents = async (): Promise<Intent[]> => (await this.request<{ intents: Intent[] }>('GET', '/intents')).intents;

  /** Sends a request and returns its answer's JSON. */
  async request<T>(method: string, path: string, body?: unknown, timeout = TIMEOUT): Promise<T> {
    try {
      return await this.once<T>(method, path, body, timeout);
    } catch (error) {
      // Signed in again in another tab: the proof is another one, the agent may be the same.
      if (error instanceof ApiError && error.code === 'csrf' && (await this.options.renew())) {
        return this.once<T>(method, path, body, timeout);
      }
      if (error instanceof ApiError && error.code === 'signed_out' && path !== '/session') this.options.onSignedOut();
      throw error;
    }
  }

  private async once<T>(method: string, path: string, body: unknown, timeout: number): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    const csrf = this.options.csrf();
    if (method !== 'GET' && csrf !== null) headers['X-CSRF-Token'] = csrf;
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
    let response: Response;
    let answer: unknown;
    try {
      response = await this.options.fetch(`/desk/api${path}`, {
        method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(timeout),
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      });
      if (response.ok && response.headers.get('Content-Type') === 'application/zip') {
        answer = await response.blob();
      } else {
        const text = await response.text();
        answer = text === '' ? null : parse(text);
      }
    } catch {
      throw new ApiError(0, UNREACHABLE, '');
    }
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) this.options.onServerTime(date);
    if (!response.ok) throw readError(response.status, answer);
    return answer as T;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns `?a=1&b=2` without what is not there; empty without any. */
export function search(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (given.length === 0) return '';
  return '?' + new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

function readError(status: number, answer: unknown): ApiError {
  const source = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  const code = typeof source.code === 'string' ? source.code : status === 401 ? 'signed_out' : 'unavailable';
  const details = typeof source.details === 'object' && source.details !== null ? source.details : {};
  return new ApiError(
    status,
    code,
    typeof source.message === 'string' ? source.message : '',
    typeof source.retry_after === 'number' ? source.retry_after : null,
    details as Record<string, unknown>,
  );
}
