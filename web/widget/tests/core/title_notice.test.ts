import { expect, it } from 'vitest';
import { TitleNotice } from '../../src/core/title_notice.ts';

it('stands before the title of the page as long as there is news', () => {
  const page = { title: '商城' };
  const notice = new TitleNotice(page);
  notice.show('【1条新消息】');
  notice.show('【2条新消息】');
  expect(page.title).toBe('【2条新消息】 商城');
  notice.show(null);
  expect(page.title).toBe('商城');
});

it('leaves a title alone that the page has changed meanwhile', () => {
  const page = { title: '商城' };
  const notice = new TitleNotice(page);
  notice.show('【1条新消息】');
  page.title = '付款';
  notice.show(null);
  expect(page.title).toBe('付款');
});
