/**
 * Where the desk is: a path in the hash, with what a page is filtered by behind it (`#/conversations?query=退款`).
 *
 * Wouter's own hook writes the filters into the real query, which the server would log.
 */

import { useMemo, useSyncExternalStore } from 'react';

type Fields = Readonly<Record<string, string | number | null | undefined>>;

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

function readHash(): string {
  return window.location.hash.replace(/^#?\/?/, '/');
}

function navigate(to: string, options: { replace?: boolean; state?: unknown } = {}): void {
  const url = `#${to.startsWith('/') ? to : `/${to}`}`;
  history[options.replace === true ? 'replaceState' : 'pushState'](options.state ?? null, '', url);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** A hook for wouter: the path without the filters. */
export function useHashPath(): [string, typeof navigate] {
  const path = useSyncExternalStore(subscribe, () => readHash().split('?')[0] ?? '/');
  return [path, navigate];
}

useHashPath.hrefs = (href: string): string => `#${href}`;

/** What the page is filtered by. Changes stand in the address, so that going back to the page brings them back. */
export function useFilters(): [
  filters: Readonly<Record<string, string>>,
  change: (changed: Fields) => void,
  replace: (filters: Fields) => void,
] {
  const query = useSyncExternalStore(subscribe, () => readHash().split('?')[1] ?? '');
  const filters = useMemo(() => Object.fromEntries(new URLSearchParams(query)), [query]);
  const change = (changed: Fields): void => {
    const [path = '/'] = readHash().split('?');
    navigate(path + withFilters(filters, changed), { replace: true });
  };
  const replaceAll = (wanted: Fields): void => {
    const [path = '/'] = readHash().split('?');
    // Going back leads to what was filtered by before.
    navigate(path + withFilters(wanted, {}));
  };
  return [filters, change, replaceAll];
}

/** Returns `?a=1` with some filters changed, and without those that are empty; empty without any. */
export function withFilters(filters: Fields, changed: Fields): string {
  const given = Object.entries({ ...filters, ...changed }).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  if (given.length === 0) return '';
  return '?' + new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
