import { expect, it } from 'vitest';
import { describeSize, describeTypes, imageProblem } from '../src/images.ts';
import type { Limits } from '../src/protocol.gen.ts';

const limits: Limits = { max_length: 10, attachment_bytes: 1000, attachment_types: ['image/png', 'image/heic'] };

it.each([
  [{ type: 'image/png', size: 1000, name: 'a.png' }, null],
  [{ type: 'image/png', size: 1001, name: 'a.png' }, 'too_large'],
  [{ type: 'application/pdf', size: 1, name: 'a.png' }, 'wrong_type'],
  [{ type: 'image/svg+xml', size: 1, name: 'a.svg' }, 'wrong_type'],
  [{ type: '', size: 1, name: 'IMG_1.HEIC' }, null],
  [{ type: '', size: 1, name: 'a.exe' }, 'wrong_type'],
])('judges %j', (file, problem) => expect(imageProblem(file, limits)).toBe(problem));

it('tells sizes and types as people know them', () => {
  expect(describeSize(8 * 1024 * 1024)).toBe('8 MB');
  expect(describeSize(1.55 * 1024 * 1024)).toBe('1.5 MB');
  expect(describeSize(100 * 1024)).toBe('100 KB');
  expect(describeTypes(['image/png', 'image/jpeg'], '、')).toBe('PNG、JPEG');
});
