/** The alarm desk's list: what is shown, in which order, and what the keys do. */
import type { Alarm, Priority } from '../api/contract';
import { PRIORITIES } from './alarm_order';

export interface DeskFilter {
  station: string | null;
  priority: Priority | null;
  /** Only what demands attention. */
  waiting: boolean;
}

export const NO_DESK_FILTER: DeskFilter = { station: null, priority: null, waiting: false };
/** Rows drawn at once; in a flood the rest is counts by station. */
export const ROWS_AT_ONCE = 50;

/** Compare for the desk: gravest first, then oldest, which waited longest. */
export function byPriorityThenAge(a: Alarm, b: Alarm): number {
  return (
    PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
    Number(b.attention) - Number(a.attention) ||
    Date.parse(a.raised_at) - Date.parse(b.raised_at) ||
    (String(a.id) < String(b.id) ? -1 : 1)
  );
}

export function passes(alarm: Alarm, filter: DeskFilter): boolean {
  return (
    (filter.station === null || alarm.station === filter.station) &&
    (filter.priority === null || alarm.priority === filter.priority) &&
    (!filter.waiting || alarm.attention)
  );
}

/** Return the question for the gateway that lists what the desk shows. */
export function askForOpen({ station, priority, waiting }: DeskFilter): URLSearchParams {
  const query = new URLSearchParams({ state: waiting ? 'unacknowledged' : 'open', silenced: 'no' });
  if (station !== null) query.set('station', station);
  if (priority !== null) query.set('priority', priority);
  return query;
}

/**
 * Return the ids to show and how many newcomers wait below.
 *
 * @param shown the ids as they stand on the page, top to bottom.
 * @param sorted the ids as they should stand.
 * @param reading whether somebody is reading: then nothing moves and nothing leaves.
 */
export function nextOrder(
  shown: readonly string[],
  sorted: readonly string[],
  reading: boolean,
): { order: readonly string[]; newcomers: number } {
  if (!reading || shown.length === 0) return { order: sorted, newcomers: 0 };
  const standing = new Set(shown);
  const newcomers = sorted.filter((id) => !standing.has(id)).length;
  return { order: shown, newcomers };
}

/** Cut an ordered list into groups of one priority, gravest first. */
export function byPriority(alarms: readonly Alarm[]): { priority: Priority; alarms: Alarm[] }[] {
  return PRIORITIES.map((priority) => ({
    priority,
    alarms: alarms.filter((alarm) => alarm.priority === priority),
  })).filter((group) => group.alarms.length > 0);
}

/** Count by station, most first. */
export function countByStation(alarms: readonly Alarm[]): [station: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { station } of alarms) counts.set(station, (counts.get(station) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

export type DeskKey = 'next' | 'previous' | 'acknowledge' | 'shelve' | 'details' | 'resort';
const KEYS: Record<string, DeskKey> = {
  j: 'next',
  k: 'previous',
  a: 'acknowledge',
  s: 'shelve',
  d: 'details',
  r: 'resort',
};

/** Return what a key does on the desk, or null. */
export function deskKey(
  pressed: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>,
): DeskKey | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  return KEYS[pressed.key] ?? null;
}

/** The lengths that the shelving form offers, in seconds, up to what the definition allows. */
export function shelvingChoices(max_shelve_s: number): number[] {
  const usual = [15 * 60, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600];
  const allowed = usual.filter((length_s) => length_s <= max_shelve_s);
  return allowed.length > 0 || max_shelve_s < 60 ? allowed : [max_shelve_s];
}
