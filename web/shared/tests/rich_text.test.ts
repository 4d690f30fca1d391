import { describe, expect, it } from 'vitest';
import { splitText, type Part } from '../src/rich_text.ts';

const links = (text: string, marked = true): [string, string][] =>
  splitText(text, marked)
    .filter((part): part is Extract<Part, { type: 'link' }> => part.type === 'link')
    .map(({ text: shown, href }) => [shown, href]);

describe('addresses', () => {
  it.each([
    ['请看https://a.example/x，谢谢', 'https://a.example/x'],
    ['请看 https://a.example/x。', 'https://a.example/x'],
    ['（https://a.example/x）', 'https://a.example/x'],
    ['(https://a.example/x)', 'https://a.example/x'],
    ['https://a.example/x_(y)', 'https://a.example/x_(y)'],
    ['https://a.example/?q=1&r=2#s.', 'https://a.example/?q=1&r=2#s'],
    ['打开http://a.example就行', 'http://a.example/'],
  ])('are found in %s', (text, href) => {
    expect(links(text).map(([, found]) => found)).toEqual([href]);
  });

  it('are mail and telephone, too', () => {
    expect(links('写信到help@a.example或mailto:x@a.example，或tel:10000')).toEqual([
      ['help@a.example', 'mailto:help@a.example'],
      ['mailto:x@a.example', 'mailto:x@a.example'],
      ['tel:10000', 'tel:10000'],
    ]);
  });

  it('have a name where the bot gives one', () => {
    expect(links('见[帮助中心](https://a.example/help)。')).toEqual([['帮助中心', 'https://a.example/help']]);
  });

  it.each([
    'javascript:alert(1)',
    '[点我](javascript:alert(1))',
    '[点我](JaVaScRiPt:alert(1))',
    '[点我]( javascript:alert(1))',
    '[点我](data:text/html,<script>alert(1)</script>)',
    '[点我](vbscript:x)',
    '[点我](//evil.example)',
    'file:///etc/passwd',
    'blob:a.example/1',
    '<a href="x">x</a>',
    'https://',
    '账号@',
    '1.5元',
  ])('are not found in %s', (text) => {
    expect(links(text)).toEqual([]);
    expect(
      splitText(text, true)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('never lose or add a character of what users type', () => {
    const text = '**不是** [a](https://a.example) 见 https://b.example。<b>x</b>';
    expect(
      splitText(text, false)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});

describe('emphasis', () => {
  it.each(['是138****8000 还是 139****9000？', '卡****1174和****5702哪张', '138**8000 或 139**9000', '1***2和3***4'])(
    'is no mask: %s',
    (text) => expect(splitText(text, true)).toEqual([{ type: 'text', text }]),
  );

  it('stands beside a mask', () =>
    expect(splitText('**请确认**138****8000，**不是**139****9000', true)).toEqual([
      { type: 'strong', text: '请确认' },
      { type: 'text', text: '138****8000，' },
      { type: 'strong', text: '不是' },
      { type: 'text', text: '139****9000' },
    ]));

  it('is what the bot marks', () => {
    expect(splitText('请**不要**告诉别人', true)).toEqual([
      { type: 'text', text: '请' },
      { type: 'strong', text: '不要' },
      { type: 'text', text: '告诉别人' },
    ]);
  });

  it('is not what a user types', () => {
    expect(splitText('密码是**123**', false)).toEqual([{ type: 'text', text: '密码是**123**' }]);
  });
});

it('takes a long text in no time', () => {
  const text = `${'['.repeat(5_000)}${'**'.repeat(5_000)}${'https://'.repeat(2_000)}${'a@'.repeat(5_000)}`;
  expect(
    splitText(text, true)
      .map((part) => part.text)
      .join('').length,
  ).toBeGreaterThan(0);
});
