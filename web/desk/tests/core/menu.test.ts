import { expect, test } from 'vitest';
import { menuChanges, menuOf, moved } from '../../src/core/menu.ts';

function topic(id: string, position: number | null, change: 'removed' | null = null) {
  const menu = position === null ? {} : { menu: { position, label: `${id}的按钮` } };
  return { kind: 'topic' as const, id, title: id, value: { title: id, ...menu }, change, revision: 3 };
}

const ENTRIES = [topic('c', 7), topic('a', 1), topic('b', 2), topic('none', null), topic('gone', 9, 'removed')];

test('the menu has the topics with a place in it, in its order', () => {
  expect(menuOf(ENTRIES).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(menuOf([{ ...topic('a', 1), value: { menu: null } }])).toEqual([]);
});

test('only what is elsewhere or says something else is changed', () => {
  const rows = menuOf(ENTRIES);
  // 7 becomes 3: nothing has been moved, but the places are counted without gaps from now on.
  expect(menuChanges(ENTRIES, rows).map(({ id }) => id)).toEqual(['c']);
  const swapped = menuChanges(ENTRIES, moved(rows, 1, 0));
  expect(swapped.map(({ id, value }) => [id, (value.menu as { position: number }).position])).toEqual([
    ['c', 3],
    ['a', 2],
    ['b', 1],
  ]);
  const named = rows.map((row) => (row.id === 'a' ? { ...row, label: ' 别的字 ' } : row));
  const renamed = menuChanges(ENTRIES.slice(1), named.slice(0, 2));
  expect(renamed).toEqual([
    { kind: 'topic', id: 'a', revision: 3, value: { title: 'a', menu: { position: 1, label: '别的字' } } },
  ]);
});

test('what leaves the menu has none, and what comes into it has one', () => {
  const changes = menuChanges(ENTRIES, [{ id: 'none', title: 'none', label: '新的' }]);
  expect(changes.find(({ id }) => id === 'a')?.value).toEqual({ title: 'a' });
  expect(changes.find(({ id }) => id === 'none')?.value).toEqual({
    title: 'none',
    menu: { position: 1, label: '新的' },
  });
  expect(changes.some(({ id }) => id === 'gone')).toBe(false);
});

test('a row is moved and no other changes its order', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
});
