/** An afternoon at the desk: agents, tickets in every state, hostile texts among them. */

import type { Figures, Statistics } from '../src/core/insight.ts';
import type { AgentFigures, Conversation, Message } from '../src/core/protocol.ts';
import { listed, type MockDesk, type MockTicket } from './mock_desk.ts';

const MINUTE = 60_000;

function ago(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE).toISOString();
}

/** Returns a ticket with the given fields; everything else is plain. */
export function ticketWith(fields: Partial<MockTicket> & { id: number }): MockTicket {
  return {
    number: `T261123${String(fields.id).padStart(6, '0')}`,
    conversation_id: `conversation-${fields.id}`,
    site: '商城',
    status: 'queued',
    priority: 2,
    reason: 'user_request',
    topic: null,
    step: null,
    summary: '用户要求人工客服',
    collected: {},
    mood: null,
    alarms: [],
    contact: null,
    message: null,
    agent: null,
    preferred_agent: null,
    group: null,
    overflow_at: null,
    labels: [],
    due_at: null,
    disposition: null,
    note: null,
    rating: null,
    rating_comment: null,
    kept_open: false,
    version: 1,
    unread: 0,
    last_message: null,
    user: { kind: 'visitor', name: null, online: true, called: null, context: {} },
    created_at: ago(5),
    queued_at: ago(5),
    claimed_at: null,
    reply_due_at: null,
    resolve_due_at: null,
    first_reply_at: null,
    closed_at: null,
    events: [{ at: ago(5), kind: 'created', actor: { kind: 'bot', id: null, name: null }, details: {} }],
    progress: null,
    intent: null,
    position: null,
    ...fields,
  };
}

const DISPUTE = {
  topic: 'transaction_dispute',
  title: '交易申诉',
  number: 2,
  count: 5,
  steps: ['找到这笔交易', '打开“交易申诉”', '填写原因', '上传凭证', '等待结果'],
};

/** Fills a mock with tickets and messages. */
export function fillDesk(desk: MockDesk): void {
  fillInsight(desk);
  fillConversations(desk);
  fillSupervision(desk);
  fillSettings(desk);
  fillCustomers(desk);
  const lin = { id: 1, name: '小林' };
  desk.agents = [
    { id: 1, username: 'lin', name: '小林', role: 'admin', presence: 'online', chats: 2, max_chats: 5, enabled: true },
    { id: 2, username: 'chen', name: '陈晨', role: 'agent', presence: 'online', chats: 4, max_chats: 4, enabled: true },
    {
      id: 3,
      username: 'zhao',
      name: '赵敏',
      role: 'supervisor',
      presence: 'away',
      chats: 1,
      max_chats: 5,
      enabled: true,
    },
    { id: 4, username: 'wu', name: '吴用', role: 'agent', presence: 'offline', chats: 0, max_chats: 5, enabled: false },
  ];
  const plain = { folder: null, is_personal: false, labels: [], ending: null, follow_up_hours: null, uses: 0 };
  desk.replies = [
    {
      ...plain,
      id: 1,
      title: '问候',
      text: '您好，我是人工客服，刚才和机器人的对话我都看到了，您不用再说一遍。',
      shortcut: 'nh',
      folder: '开场',
      uses: 128,
    },
    {
      ...plain,
      id: 2,
      title: '请稍等',
      text: '好的，我帮您查一下，请稍等。',
      shortcut: 'sd',
      folder: '开场',
      uses: 96,
    },
    {
      ...plain,
      id: 3,
      title: '防骗提醒',
      text: '密码和验证码请不要告诉任何人，我们也不会向您要。',
      shortcut: 'fp',
      labels: ['安全'],
      uses: 12,
    },
    { ...plain, id: 4, title: '还有别的问题吗', text: '请问还有别的可以帮您吗？', shortcut: null },
    {
      ...plain,
      id: 5,
      title: '办结',
      text: '{称呼}，工单{工单号}已经处理好了，祝您生活愉快。',
      shortcut: 'bj',
      labels: ['退款', '已办结'],
      ending: 'close',
      is_personal: true,
      uses: 7,
    },
    {
      ...plain,
      id: 6,
      title: '明天回复',
      text: '这件事要请同事核对，明天给您答复。',
      shortcut: 'mt',
      folder: '跟进',
      ending: 'follow_up',
      follow_up_hours: 24,
      uses: 3,
    },
  ];
  desk.canned.set('GET /labels', [
    { label: '退款', tickets: 12 },
    { label: '安全', tickets: 3 },
  ]);
  desk.canned.set('GET /push', { public_key: null, devices: 0 });
  desk.canned.set('GET /views', [
    {
      id: 1,
      place: 'tickets',
      name: '没办完的紧急工单',
      is_shared: true,
      filters: { status: 'active', priority: '0' },
    },
    { id: 2, place: 'tickets', name: '我最近一周的低分', is_shared: false, filters: { rating: 'low', last_days: '7' } },
    { id: 3, place: 'conversations', name: '没答上来的', is_shared: true, filters: { contains: 'unanswered' } },
  ]);
  desk.canned.set('suggestions', {
    suggestions: [
      {
        topic: 'transaction_dispute',
        title: '交易申诉',
        text: '在交易详情里点“对此交易有疑问”，再点“交易申诉”，按提示填写就可以。',
      },
      { topic: 'payment_failed', title: '付款失败', text: '请先看一下余额够不够，再检查一下网络。' },
      { topic: 'refund_time', title: '退款多久到账', text: '退款会按原来的付款方式退回。' },
    ],
  });
  const mine = ticketWith({
    id: 11,
    status: 'active',
    agent: lin,
    reason: 'step_problem',
    topic: { id: 'transaction_dispute', title: '交易申诉' },
    step: { number: 2, count: 5, id: 'open_dispute_form', title: '打开“交易申诉”' },
    summary:
      '用户：手机号：13800138000\n要办的事：交易申诉，做到第2步（共5步，打开“交易申诉”）\n没走通的步骤：打开“交易申诉”\n' +
      '已经记下：交易时间：昨天下午3点；金额：200元；对方：楼下超市\n情绪：平稳\n转接原因：同一步试了两次都不行',
    collected: {
      transaction_time: '昨天下午3点',
      amount: '200',
      counterparty: '楼下超市',
      phone_number: '13800138000',
    },
    user: { kind: 'user', name: '王小明', online: true, called: null, context: {} },
    claimed_at: ago(4),
    first_reply_at: ago(3.5),
    progress: DISPUTE,
    intent: 'transaction_dispute',
  });
  const second = ticketWith({
    id: 12,
    status: 'active',
    agent: lin,
    reason: 'frustrated',
    priority: 1,
    topic: { id: 'payment_failed', title: '付款失败' },
    claimed_at: ago(2),
  });
  const stolen = ticketWith({
    id: 21,
    priority: 0,
    reason: 'account_compromised',
    topic: { id: 'account_compromised', title: '账号被盗' },
    queued_at: ago(1.2),
    summary: '用户：未登录\n要办的事：账号被盗，要求马上冻结\n转接原因：账号可能被盗',
  });
  const longest = ticketWith({
    id: 22,
    queued_at: ago(11),
    topic: { id: 'refund', title: '退款没到账' },
    preferred_agent: lin,
  });
  const hostile = ticketWith({
    id: 23,
    queued_at: ago(6),
    user: {
      kind: 'user',
      name: '<img src=x onerror="document.title=\'XSS\'">',
      online: false,
      called: null,
      context: {},
    },
    summary: '<script>document.title="XSS"</script>\n[点我](javascript:alert(1))',
  });
  const left = ticketWith({
    id: 31,
    status: 'message',
    reason: 'message',
    contact: '139****5678',
    message: '昨天晚上转给朋友的500块一直没到，麻烦白天给我打个电话。',
    created_at: ago(600),
    queued_at: null,
    summary: '',
    user: { kind: 'visitor', name: null, online: false, called: null, context: {} },
  });
  const closed = ticketWith({
    id: 5,
    conversation_id: mine.conversation_id,
    status: 'closed',
    agent: { id: 2, name: '陈晨' },
    topic: { id: 'forgot_password', title: '找回登录密码' },
    disposition: 'solved',
    note: '已指导重置密码，用户确认能登录',
    rating: 5,
    created_at: ago(3 * 24 * 60),
    closed_at: ago(3 * 24 * 60 - 9),
  });
  for (const ticket of [closed, mine, second, stolen, longest, hostile, left]) desk.tickets.set(ticket.id, ticket);
  // The user has read everything that the agent wrote.
  desk.userReadIds.set(mine.id, 99);
  const say = (ticket: MockTicket, minutes: number, fields: Partial<Message>): void =>
    void desk.say(ticket, { created_at: ago(minutes), ...fields }, false);
  for (let index = 0; index < 60; index += 1) {
    say(mine, 3 * 24 * 60 - index / 10, { author: index % 2 ? 'bot' : 'user', text: `以前的第${index + 1}句话` });
  }
  say(mine, 9, { text: '昨天在楼下超市付了200，对方说没收到' });
  say(mine, 8.9, {
    author: 'bot',
    text: '第2步（共5步）打开“交易申诉”\n在**交易详情**最下面，点“对此交易有疑问”。',
    buttons: [
      { title: '下一步', payload: '/next_step' },
      { title: '这步不行', payload: '/step_problem' },
    ],
    metadata: { progress: DISPUTE },
  });
  say(mine, 8, { text: '这步不行' });
  say(mine, 6, { text: '没有这个按钮啊 <b>急</b> https://example.com/a?b=<script>' });
  say(mine, 5, {
    author: 'bot',
    text: '好的，这就为您转人工。我会把您的问题和已经试过的步骤一起交过去，您不用从头再说一遍。',
  });
  say(mine, 5, { author: 'system', text: '正在为您转接人工客服，您排在第1位。', metadata: { support: 'queued' } });
  say(mine, 4, { author: 'system', text: '小林正在为您服务。', metadata: { support: 'claimed' } });
  say(mine, 3.5, {
    author: 'agent',
    text: '您好，我是小林，刚才的对话我都看到了。',
    metadata: { agent: { name: '小林' } },
  });
  mine.events.push({
    at: ago(3),
    kind: 'note',
    actor: { kind: 'agent', id: 1, name: '小林' },
    details: { text: '老版本APP没有申诉按钮，先让用户升级。' },
  });
  say(mine, 2.5, {
    author: 'agent',
    text: '请问您的APP是最新版本吗？可以在“设置-关于”里看到。',
    metadata: { agent: { name: '小林' } },
  });
  say(mine, 1, { text: '我看看' });
  say(mine, 0.5, { text: '是5.2.0' });
  say(second, 3, { text: '付了三次都失败！！你们到底行不行' });
  say(second, 2, { author: 'system', text: '小林正在为您服务。', metadata: { support: 'claimed' } });
  say(stolen, 1.5, { text: '我的账号被盗了！！！钱正在被转走' });
  say(stolen, 1.4, { author: 'bot', text: '别着急，我马上为您转人工，您排在最前面。' });
  say(longest, 12, { text: '退款都一周了还没到' });
  say(hostile, 6, { text: '<img src=x onerror=alert(1)> javascript:alert(1)' });
  say(left, 600, { text: '有人吗' });
  for (const ticket of [stolen, longest, hostile, left]) ticket.unread = 1;
  mine.unread = 2;
}

function figures(seed: number): Figures {
  const conversations = 20 + ((seed * 37) % 60);
  const solved = Math.round(conversations * 0.55);
  const handed_off = Math.round(conversations * 0.2);
  return {
    conversations,
    solved,
    not_solved: 3,
    abandoned: 2 + (seed % 3),
    left: 4,
    handed_off,
    conversations_handed_off: handed_off - 1,
    reasons: { user_request: handed_off - 4, step_problem: 2, frustrated: 1, account_compromised: 1 },
    bot_rating: { count: 12, average: 4.1, distribution: [1, 0, 2, 3, 6] },
    agent_rating: { count: 7, average: 4.7, distribution: [0, 0, 0, 2, 5] },
    waiting: { count: handed_off, median: 35 + seed * 11, p95: 190 + seed * 20 },
    first_reply: { count: handed_off, median: 22, p95: 80 },
    helpful: 9,
    unhelpful: 2,
  };
}

function fillInsight(desk: MockDesk): void {
  const statistics: Statistics = {
    from: '2026-11-17',
    to: '2026-11-23',
    time_zone: 'Asia/Shanghai',
    total: figures(50),
    before: figures(43),
    days: [17, 18, 19, 20, 21, 22, 23].map((day) => ({ date: `2026-11-${day}`, figures: figures(day) })),
    topics: [
      { topic: 'forgot_password', title: '找回登录密码', figures: figures(4) },
      { topic: 'transaction_dispute', title: '交易申诉', figures: figures(2) },
      { topic: null, title: null, figures: figures(1) },
    ],
    answers: [
      {
        topic: 'payment_failure',
        title: '排查支付失败',
        text: '先看看余额够不够。',
        helpful: 1,
        unhelpful: 2,
        reasons: { not_solved: 2, differs: 1 },
        comments: ['余额够的'],
      },
    ],
    steps: [
      {
        topic: 'transaction_dispute',
        title: '交易申诉',
        step: 'open_dispute_form',
        number: 2,
        step_title: '打开“交易申诉”',
        shown: 40,
        problems: 9,
        abandoned: 3,
        left: 5,
        handed_off: 6,
      },
      {
        topic: 'forgot_password',
        title: '找回登录密码',
        step: 'enter_verification_code',
        number: 3,
        step_title: '填验证码',
        shown: 61,
        problems: 4,
        abandoned: 2,
        left: 3,
        handed_off: 1,
      },
    ],
    misunderstood: {
      not_understood: 2,
      out_of_scope: 3,
      not_meant: 1,
      chosen: 0,
      step_problem: 0,
      unhelpful: 1,
      marked: 0,
      labelled: 0,
    },
  };
  const busy = (scale: number): number[][] =>
    Array.from({ length: 7 }, (_, weekday) =>
      Array.from({ length: 24 }, (_, hour) =>
        Math.round(Math.max(0, scale * Math.sin(((hour - 7) / 16) * Math.PI)) * (weekday < 5 ? 1 : 0.4)),
      ),
    );
  desk.canned.set('GET /insight/hours', {
    from: statistics.from,
    to: statistics.to,
    time_zone: 'Asia/Shanghai',
    days: [1, 1, 1, 1, 1, 1, 1],
    conversations: busy(140),
    handed_over: busy(18),
  });
  desk.canned.set('GET /insight', { ...statistics, rows: [] });
  const context = [
    { author: 'bot', text: '您好，有什么可以帮您？' },
    { author: 'user', text: '我那个啥弄不出来了' },
    { author: 'bot', text: '不好意思，我没太明白，您可以换个说法吗？' },
  ];
  const rows = ['我那个啥弄不出来了', '=HYPERLINK("http://evil","点我")', '<script>alert(1)</script>'].map(
    (text, index) => ({
      conversation_id: `conversation-${index}`,
      message_id: 3,
      text,
      context,
      intent: index === 1 ? null : 'withdraw_failed',
      confidence: index === 1 ? null : 0.41,
      kind: index === 2 ? 'not_meant' : 'not_understood',
      label: null,
      created_at: ago(30 + index),
      ticket_id: index === 0 ? 11 : null,
    }),
  );
  desk.canned.set('GET /insight/misunderstood', { messages: rows, has_more: false, next: null });
  for (const index of rows.keys()) desk.canned.set(`PUT /insight/labels/conversation-${index}/3`, rows[index]);
  desk.canned.set('GET /intents', {
    intents: [
      { name: 'withdraw_failed', title: '提现失败' },
      { name: 'forgot_password', title: '找回登录密码' },
      { name: 'transaction_dispute', title: '交易申诉' },
    ],
  });
}

function served(handled: number, average: number | null): AgentFigures {
  return {
    handled,
    first_reply: { count: handled, median: handled ? 18 + handled : null, p95: handled ? 90 : null },
    handling: { count: handled, median: handled ? 400 + 7 * handled : null, p95: handled ? 1900 : null },
    transfers: handled % 4,
    rating: { count: average === null ? 0 : 5, average, distribution: [0, 0, 1, 1, 3] },
    online_seconds: handled * 1300,
    away_seconds: 600,
    quality: average === null ? null : 86,
    reviews: average === null ? 0 : 2,
  };
}

/** A user beside their tickets, and the block list. */
function fillCustomers(desk: MockDesk): void {
  const block = { reason: '反复发广告', until: null, by: '赵敏', created_at: ago(500) };
  for (const id of [5, 11, 12, 21, 22, 23, 31]) {
    desk.canned.set(`GET /tickets/${id}/customer`, {
      attributes: { name: '王女士', level: '金卡', registered: '2024-03-01', orders: '17' },
      attributes_at: new Date(Date.now() - 120_000).toISOString(),
      first_seen_at: ago(9 * 24 * 60),
      tickets: 2,
      notes: [{ id: 1, text: '说粤语，语音听不清，尽量打字。', by: { id: 1, name: '小林' }, created_at: ago(4000) }],
      block: id === 23 ? block : null,
      merges: id === 11 ? [{ visitor: 'FCD8', messages: 12, tickets: 1, by: null, at: ago(300) }] : [],
      topics: [
        { topic: 'transaction_dispute', title: '交易申诉', outcome: null, at: ago(9) },
        { topic: 'forgot_password', title: '找回登录密码', outcome: 'solved', at: ago(3 * 24 * 60) },
      ],
    });
  }
  desk.canned.set('GET /blocked', {
    blocked: [{ conversation_id: 'conversation-23', site: '商城', kind: 'visitor', name: null, block }],
  });
}

/** What admins set. */
function fillSettings(desk: MockDesk): void {
  const week = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-12:00', '13:30-18:00']]),
  );
  const hours = {
    opening_hours: { ...week, sat: ['10:00-16:00'], sun: [] },
    holidays: [
      { date: '2026-10-01', until: '2026-10-07', name: '国庆节', hours: [] },
      { date: '2026-10-10', until: null, name: '国庆节调休上班', hours: ['09:00-18:00'] },
    ],
  };
  const timers = {
    queue_timeout: 600,
    queue_abandoned_after: 120,
    agent_silent_after: 300,
    user_remind_after: 120,
    user_left_after: 300,
    urgent_patience: 3,
  };
  const unchanged = { changed_at: null, changed_by: null };
  const fallback = { opening_hours: null, holidays: [] };
  const settings = {
    hours: { source: 'desk', changed_at: ago(200), changed_by: '小林', value: hours, fallback },
    timers: { source: 'environment', ...unchanged, value: timers, fallback: timers },
    queue: { source: 'default', ...unchanged, value: { limit: null }, fallback: { limit: null } },
    welcome: { source: 'default', ...unchanged, value: { text: null }, fallback: { text: null } },
    hooks: [
      {
        name: 'robot',
        format: 'wecom',
        host: 'qyapi.example.com',
        site: null,
        events: ['ticket_created', 'ticket_closed'],
        source: 'file',
        enabled: true,
      },
      {
        name: 'crm',
        format: 'json',
        host: 'crm.example.com',
        site: 'shop',
        events: ['ticket_created', 'ticket_queued', 'ticket_closed', 'sla_breached'],
        source: 'desk',
        enabled: true,
      },
    ],
  };
  desk.canned.set('GET /settings', settings);
  desk.canned.set('GET /settings/official_holidays/2026', {
    year: 2026,
    holidays: [{ date: '2026-10-01', until: '2026-10-07', name: '国庆节', hours: [] }],
  });
}

/** The board, a report and quality checks. */
function fillSupervision(desk: MockDesk): void {
  const figures = [served(12, 4.8), served(7, 3.9), served(0, null)] as const;
  const names = ['小林', '陈晨', '赵敏'];
  const waiting = { count: 19, median: 41, p95: 230 };
  const team = { agent: served(19, 4.4), abandoned: 3, waiting };
  desk.canned.set('GET /board', {
    waiting: 3,
    urgent: 1,
    messages: 1,
    requests: 3,
    active: 2,
    waiting_since: ago(11),
    today: team,
    agents: figures.map((today, index) => ({
      id: index + 1,
      name: names[index],
      presence: index === 2 ? 'away' : 'online',
      chats: index === 1 ? 4 : 2 - index,
      max_chats: index === 1 ? 4 : 5,
      today,
    })),
  });
  desk.canned.set('GET /insight/agents', {
    from: '2026-11-17',
    to: '2026-11-23',
    agents: figures.map((done, index) => ({
      id: index + 1,
      name: names[index],
      figures: done,
      before: served(9 - index, 4.2),
    })),
    team,
    before: { ...team, agent: served(16, 4.1) },
  });
  const criteria = [
    { id: 'manner', title: '服务态度', hint: '称呼得体、语气耐心', points: 20 },
    { id: 'safety', title: '安全合规', hint: '没有索要密码和验证码', points: 25 },
    { id: 'result', title: '解决与收尾', hint: '问题解决了或约好了跟进', points: 15 },
  ];
  desk.canned.set('GET /quality/sheet', { criteria });
  const tickets = [5, 11].map((id) =>
    ticketWith({
      id,
      status: 'closed',
      agent: { id: 2, name: '陈晨' },
      topic: { id: 'account_compromised', title: '账号被盗' },
      reason: 'account_compromised',
      rating: id === 5 ? 2 : null,
      disposition: 'solved',
      created_at: ago(300),
      claimed_at: ago(280),
      closed_at: ago(240),
    }),
  );
  desk.canned.set('GET /quality/sample', {
    tickets: tickets.map(listed),
  });
  const review = {
    ticket_id: 5,
    number: 'T261123000005',
    topic: '找回登录密码',
    rating: 5,
    agent: { id: 1, name: '小林' },
    reviewer: '赵敏',
    points: { manner: 20, safety: 10, result: 15 },
    score: 75,
    comment: '核实身份的时候，不要让用户把身份证号整个发过来。',
    created_at: ago(90),
    is_new: true,
  };
  desk.canned.set('GET /quality/reviews', { reviews: [review] });
  desk.canned.set('GET /quality/mine', { reviews: [review] });
  desk.canned.set('POST /quality/mine/seen', null);
}

/** Conversations with the bot alone, and with humans. */
function fillConversations(desk: MockDesk): void {
  const topics = [
    { id: 'forgot_password', title: '找回登录密码' },
    { id: 'payment_failure', title: '排查支付失败' },
  ];
  const said = ['银行卡付款一直失败，提示网络异常', '密码忘了怎么办', '账单怎么导出成表格', '<b>验证码</b>收不到'];
  const outcomes = ['solved', 'other', 'abandoned', 'not_solved', 'handed_over'] as const;
  const conversations = outcomes.map((outcome, index): Conversation => {
    const ticket: Conversation['ticket'] = {
      id: 11,
      number: 'T261123000011',
      status: 'closed',
      priority: 2,
      disposition: 'solved',
      agent: { id: 1, name: '小林' },
      rating: 4,
    };
    return {
      id: String(index + 1),
      site: '商城',
      owner: 'bot',
      kind: index % 2 ? 'user' : 'visitor',
      name: index % 2 ? `shop-user-${index}` : null,
      context: {},
      outcome,
      topics: topics.slice(0, index % 3),
      ticket: outcome === 'handed_over' ? ticket : null,
      bot_rating: outcome === 'solved' ? 5 : null,
      last_message: { author: 'user', text: said[index % said.length] ?? '', created_at: ago(9 * index) },
      match: null,
      created_at: ago(60 * 24 * index + 30),
      active_at: ago(60 * 7 * index + 3),
    };
  });
  desk.canned.set('GET /conversations', { conversations, has_more: true });
  desk.canned.set('GET /conversations/filters', {
    sites: [
      { key: 'shop', name: '商城' },
      { key: 'app', name: 'APP' },
    ],
    topics,
  });
  desk.canned.set('GET /conversations/1', conversations[0]);
  const messages = [
    '银行卡付款一直失败',
    '好的，我陪您看看是哪里的问题。',
    '余额是够的',
    '那再看看银行卡有没有被限额。',
  ];
  desk.canned.set('GET /conversations/1/messages', {
    messages: messages.map((text, index): Message => ({
      id: index + 1,
      author: index % 2 ? 'bot' : 'user',
      text,
      buttons: [],
      attachment: null,
      metadata: {},
      created_at: ago(12 - index),
      in_reply_to: null,
      client_id: null,
    })),
    has_more: false,
  });
}
