import { expect, it } from 'vitest';
import { describeConversation, recordName } from '../../src/core/record.ts';
import { readMessage, type Message } from '../../src/core/protocol.ts';
import { stringsIn } from '../../src/i18n/strings.ts';

const AT = '2026-11-28T06:03:00';

function message(fields: Record<string, unknown>): Message {
  const read = readMessage({ id: 1, created_at: AT, ...fields });
  if (!read) throw new Error('no message');
  return read;
}

it('tells who said what and when, what was offered, and that there was a picture', () => {
  const messages = [
    message({ author: 'user', text: '/session_start' }),
    message({ author: 'bot', text: '您好', buttons: [{ title: '忘记密码', payload: '/x' }] }),
    message({ author: 'user', text: '看这里', attachment: { url: '/a.png' } }),
    message({ author: 'agent', text: '收到', metadata: { agent: { name: '小林' } } }),
  ];
  const text = describeConversation(messages, 'u钱包客服', new Date('2026-11-28T09:00:00'), stringsIn('zh-CN'));
  expect(text).toBe(
    '\ufeffu钱包客服聊天记录，保存于2026-11-28 09:00\n\n' +
      '2026-11-28 06:03  智能客服：\n您好\n[忘记密码]\n\n' +
      '2026-11-28 06:03  我：\n[图片]\n看这里\n\n' +
      '2026-11-28 06:03  小林（人工客服）：\n收到\n',
  );
  expect(recordName('u钱包客服', new Date(AT))).toBe('u钱包客服-2026-11-28.txt');
});
