/** Which earlier period a chart lays under the present one; whole days, so that hours align. */
import type { Series } from '../chart/series';
import { fromSiteField, toSiteField } from './site_time';

/** `day` and `week` before, or the date (2026-11-20, at the site) of the day that is compared. */
export type Compare = 'day' | 'week' | (string & {});

const DAY_MS = 86_400_000;
/** What the gateway answers in one piece. */
const MOST_DAYS = 3_650;

/** Return the comparison of an address, or null. */
export function parseCompare(value: string | null): Compare | null {
  if (value === 'day' || value === 'week') return value;
  return value !== null && startOf(value) !== null ? value : null;
}

/** Return how far back the compared period lies (a whole number of days, in ms), or null. */
export function shiftMs(compare: Compare | null, nowMs: number): number | null {
  if (compare === null) return null;
  if (compare === 'day') return DAY_MS;
  if (compare === 'week') return 7 * DAY_MS;
  const then = startOf(compare);
  const today = startOf(toSiteField(nowMs).slice(0, 10));
  if (then === null || today === null) return null;
  const days = Math.round((today - then) / DAY_MS);
  return days >= 1 && days <= MOST_DAYS ? days * DAY_MS : null;
}

/** Return the series with every time later by `shift_ms`. */
export function moved(series: Series, shift_ms: number): Series {
  return { ...series, at: series.at.map((at) => at + shift_ms) };
}

/** Return the index of the point nearest to `atMs`, or −1 where none is within `within_ms`. */
export function nearest(at: readonly number[], atMs: number, within_ms: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  let best = -1;
  let least = within_ms;
  for (const index of [low - 1, low]) {
    const distance = Math.abs((at[index] ?? Infinity) - atMs);
    if (distance <= least) {
      best = index;
      least = distance;
    }
  }
  return best;
}

function startOf(day: string): number | null {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? fromSiteField(`${day}T00:00`) : null;
}
