/** The days that a list without a period of its own is exported for. */
import { siteParts } from '../text/format';
import { fromSiteField } from './site_time';

const DAY_MS = 86_400_000;
/** Days offered at first, today included. */
export const USUAL_DAYS = 30;

export interface DayPeriod {
  /** ISO dates as a `date` field writes them, both included; empty is open. */
  from: string;
  to: string;
}

/** Return the last days up to today. */
export function usualPeriod(nowMs: number): DayPeriod {
  return { from: isoDay(nowMs - (USUAL_DAYS - 1) * DAY_MS), to: isoDay(nowMs) };
}

/** Add `from` and `to` (the midnight after the last day) to a question. */
export function withPeriod(query: URLSearchParams, { from, to }: DayPeriod): URLSearchParams {
  const first = fromSiteField(`${from}T00:00`);
  const last = fromSiteField(`${to}T00:00`);
  if (first !== null) query.set('from', new Date(first).toISOString());
  if (last !== null) query.set('to', new Date(last + DAY_MS).toISOString());
  return query;
}

function isoDay(atMs: number): string {
  const { year, month, day } = siteParts(atMs);
  return `${year}-${month}-${day}`;
}
