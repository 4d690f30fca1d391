import { describe, expect, it } from 'vitest';
import { contactProblem, tidyContact } from '../../src/core/contact.ts';

describe('a contact', () => {
  it.each([
    '13800138000',
    '138 0013 8000',
    '138-0013-8000',
    '+86 138 0013 8000',
    '010-82345678',
    '(010) 8234 5678',
    '82345678',
    '0912345678',
    '+1 415 555 0100',
    'lin@example.com',
    'a.b+c@mail.example.com.cn',
    '小林@例子.公司',
  ])('is fine: %s', (contact) => expect(contactProblem(contact)).toBeNull());

  it.each([
    ['', { kind: 'empty' }],
    ['1380013800', { kind: 'mobile_length', count: 10 }],
    ['138001380000', { kind: 'mobile_length', count: 12 }],
    ['12345', { kind: 'unclear' }],
    ['1234567890123456', { kind: 'unclear' }],
    ['微信 xiaolin', { kind: 'unclear' }],
    ['lin@', { kind: 'unclear' }],
    ['lin@example', { kind: 'unclear' }],
    ['@example.com', { kind: 'unclear' }],
    ['lin@@example.com', { kind: 'unclear' }],
    ['lin@example..com', { kind: 'unclear' }],
  ])('is not fine: %s', (contact, problem) => expect(contactProblem(contact)).toEqual(problem));

  it.each([
    ['１３８００１３８０００', '13800138000'],
    ['  13800138000 ', '13800138000'],
    ['lin＠example。com', 'lin@example.com'],
    ['lin @ example.com', 'lin@example.com'],
    ['138 0013 8000', '138 0013 8000'],
  ])('is understood as it was meant: %s', (typed, meant) => expect(tidyContact(typed)).toBe(meant));
});
