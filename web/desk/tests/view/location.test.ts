/** What pages are filtered by stands in the address. */

import { act, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { searchedWords } from '../../src/view/filters.tsx';
import { useFilters, useHashPath, withFilters } from '../../src/view/location.ts';

afterEach(() => {
  window.location.hash = '';
});

describe('the address', () => {
  it('keeps what is asked for, so that going back brings it back', () => {
    window.location.hash = '#/conversations?query=%E9%80%80%E6%AC%BE&outcome=solved';
    const path = renderHook(() => useHashPath());
    const filters = renderHook(() => useFilters());
    expect(path.result.current[0]).toBe('/conversations');
    expect(filters.result.current[0]).toEqual({ query: '退款', outcome: 'solved' });
    act(() => filters.result.current[1]({ outcome: undefined, site: 'shop' }));
    expect(window.location.hash).toBe('#/conversations?query=%E9%80%80%E6%AC%BE&site=shop');
    act(() => path.result.current[1]('/conversations/1'));
    expect(path.result.current[0]).toBe('/conversations/1');
    expect(filters.result.current[0]).toEqual({});
  });

  it('has nothing of what is empty', () => {
    expect(withFilters({ a: '1', b: '' }, { a: null, c: 2 })).toBe('?c=2');
    expect(withFilters({}, {})).toBe('');
  });
});

it('finds visitors by the name that the desk gives them', () => {
  expect(searchedWords('访客 FCD8')).toBe('FCD8');
  expect(searchedWords('退款')).toBe('退款');
});
