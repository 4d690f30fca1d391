import type { Notice } from '../../src/core/notice.ts';

/** The notice as the gateway sends it. */
export function wireNotice(changes: Partial<Notice> = {}): Notice {
  return {
    version: '1',
    text: '您发的文字会保存下来。',
    policy_url: null,
    policy_unknown: '隐私政策的网址没有登记。',
    mode: 'shown',
    answer: null,
    ...changes,
  };
}
