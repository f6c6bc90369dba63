/** The order and the kinds of alarms in lists. */
import type { Alarm } from '../api/contract';

/** Tell whether an alarm still wants somebody: it lasts, or nobody has taken it. */
export function isOpen(alarm: Alarm): boolean {
  return alarm.active || !alarm.acknowledged;
}

function rank(alarm: Alarm): number {
  return (alarm.acknowledged ? 4 : 0) + (alarm.active ? 0 : 2) + (alarm.level === 'limit' ? 0 : 1);
}

/** Compare for a work list: unacknowledged, then active, then limit before warn, then newest. */
export function byUrgency(a: Alarm, b: Alarm): number {
  return rank(a) - rank(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at);
}

/** Compare for a history: newest first. */
export function byTime(a: Alarm, b: Alarm): number {
  return Date.parse(b.raised_at) - Date.parse(a.raised_at);
}

/** Count the alarms that nobody has acknowledged. */
export function countUnacknowledged(alarms: readonly Alarm[]): number {
  return alarms.reduce((count, alarm) => count + (alarm.acknowledged ? 0 : 1), 0);
}
