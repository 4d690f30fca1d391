/** A bot that knows one procedure and a few tricks, for the mock gateway. */

import type { Reply } from './mock_gateway.ts';

const TOPICS = [
  { title: '忘记密码', payload: '/forgot_password' },
  { title: '支付失败', payload: '/payment_failure' },
  { title: '账户安全', payload: '/account_security' },
  { title: '注销账户', payload: '/account_closure' },
  { title: '交易申诉', payload: '/transaction_dispute' },
  { title: '联系客服', payload: '/contact_support' },
];

const STEPS = [
  ['点“忘记密码”', '打开u钱包APP，停在登录界面，点一下“忘记密码”。'],
  ['填绑定的手机号或邮箱', '按提示填上注册时绑定的手机号，或者绑定的邮箱。'],
  ['填验证码', '稍等一下，系统会给您发一个验证码，把它填进去，接着页面就会带您去重设密码。'],
  ['设一个新密码', '照着提示设新密码，一般要既有数字又有字母，这样更安全。'],
  ['用新密码登录', '回到登录界面，用刚设好的新密码登录就行了。'],
] as const;

const STEP_BUTTONS = [
  { title: '下一步', payload: '/next_step', role: 'primary' as const },
  { title: '上一步', payload: '/previous_step' },
  { title: '这步有问题', payload: '/step_problem' },
  { title: '转人工', payload: '/human_handoff' },
];

const GREETING: Reply = {
  text: '您好，我是u钱包的客服机器人。忘记密码、付不了款、账户安全、注销、交易申诉这些事，我都能一步一步陪您办。您遇到什么问题了？',
  buttons: TOPICS,
  metadata: { response: 'utter_greet' },
};

/** Returns a bot with a place in its procedure of its own. */
export function scriptedBot(): (text: string, payload: string | null) => Reply[] {
  let at = 0;
  const step = (): Reply => {
    const [title, text] = STEPS[at] ?? ['', ''];
    const number = at + 1;
    return {
      text: `第${number}步（共${STEPS.length}步）${title}：${text}`,
      buttons: STEP_BUTTONS,
      metadata: {
        response: 'utter_step',
        progress: {
          kind: 'procedure',
          topic: 'forgot_password',
          title: '找回登录密码',
          number,
          count: STEPS.length,
          steps: STEPS.map(([name]) => name),
        },
      },
    };
  };
  return (text, payload) => {
    if (payload === '/session_start') return [GREETING];
    if (payload === '/forgot_password' || text.includes('密码')) {
      at = 0;
      return [{ text: '密码忘了不要紧，我陪您把它找回来，一共5步，做完一步告诉我一声就好。' }, step()];
    }
    if (payload === '/next_step') {
      at += 1;
      if (at < STEPS.length) return [step()];
      return [
        { text: '太好了，密码已经找回来了。' },
        {
          text: '方便的话，给我这次的帮忙打个分吧：1分很不满意，5分很满意。',
          buttons: ['1', '2', '3', '4', '5'].map((title) => ({ title, payload: `/thank{"rating":"${title}"}` })),
          metadata: { response: 'utter_ask_rating', ask: 'rating' },
        },
      ];
    }
    if (payload === '/account_closure') {
      return [
        {
          text: '注销以后账户恢复不了，里面的记录也会一起清掉。请先确认余额和订单都处理好了。',
          buttons: [
            { title: '我已了解，继续注销', payload: '/affirm', role: 'danger' as const },
            { title: '先不注销', payload: '/deny', role: 'primary' as const },
          ],
          metadata: { response: 'utter_warning', tone: 'warning' },
        },
      ];
    }
    if (payload === '/previous_step') {
      at = Math.max(0, at - 1);
      return [step()];
    }
    if (payload?.startsWith('/thank')) return [{ text: '收到，谢谢您的评分！' }];
    if (text.includes('人工')) {
      return [
        {
          text: '好的，这就为您转人工。我会把您的问题和已经试过的步骤一起交过去，您不用从头再说一遍。',
          metadata: { handoff: { reason: 'user_request', topic: null } },
        },
      ];
    }
    if (text.startsWith('回声')) return [{ text: text.slice(2) }];
    return [
      {
        text: '您是不是想问下面的哪一个？点一下，或者回个数字就行。',
        buttons: TOPICS.slice(0, 3),
        metadata: { ask: 'choice' },
      },
    ];
  };
}
