import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Speaker, spokenParts } from '../../src/core/speaker.ts';

const MASKED = '某某';

it('reads words, not marks, addresses or masks', () => {
  expect(
    spokenParts('**注意**：打给138****8000。见 https://example.com/a\n[帮助](https://example.com)', MASKED),
  ).toEqual(['注意：打给138某某8000。', '见', '帮助']);
});

class FakeUtterance {
  lang = '';
  voice: unknown = null;
  onend: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly text: string) {}
}

class FakeSynthesis extends EventTarget {
  voices: { lang: string }[] = [];
  spoken: FakeUtterance[] = [];
  getVoices = () => this.voices;
  speak = (utterance: FakeUtterance) => void this.spoken.push(utterance);
  cancel = vi.fn(() => void (this.spoken = []));
}

let synthesis: FakeSynthesis;
const speaker = () =>
  new Speaker(
    () => 'zh-CN',
    () => MASKED,
    synthesis as unknown as SpeechSynthesis,
  );

beforeEach(() => {
  synthesis = new FakeSynthesis();
  vi.stubGlobal('SpeechSynthesisUtterance', FakeUtterance);
});
afterEach(() => vi.unstubAllGlobals());

it('is possible once there is a Chinese voice, and not without speech', () => {
  const one = speaker();
  synthesis.voices = [{ lang: 'en-US' }];
  synthesis.dispatchEvent(new Event('voiceschanged'));
  expect(one.state.get().possible).toBe(false);
  synthesis.voices.push({ lang: 'zh-TW' }, { lang: 'zh_CN' });
  synthesis.dispatchEvent(new Event('voiceschanged'));
  expect(one.state.get().possible).toBe(true);
  expect(
    new Speaker(
      () => 'zh-CN',
      () => MASKED,
      undefined,
    ).state.get().possible,
  ).toBe(false);
});

it('reads one message at a time until its end, in the voice of the region', () => {
  synthesis.voices = [{ lang: 'zh-TW' }, { lang: 'zh_CN' }];
  const one = speaker();
  one.toggle(1, '第一句。第二句。');
  expect(synthesis.spoken.map(({ text }) => text)).toEqual(['第一句。', '第二句。']);
  expect(synthesis.spoken[0]?.voice).toEqual({ lang: 'zh_CN' });
  const [, former] = synthesis.spoken;
  one.toggle(2, '另一条');
  former?.onend?.();
  expect(one.state.get().message).toBe(2);
  synthesis.spoken[0]?.onend?.();
  expect(one.state.get().message).toBeNull();
});

it('stops when pressed again', () => {
  const one = speaker();
  one.toggle(1, '您好');
  one.toggle(1, '您好');
  expect(one.state.get().message).toBeNull();
  expect(synthesis.spoken).toEqual([]);
});
