/** The order and the kinds of alarms in lists. */
import type { Alarm, Priority } from '../api/contract';

/** Tell whether an alarm is still on the list: it lasts, nobody has taken it, or it is latched. */
export function isOpen(alarm: Alarm): boolean {
  return alarm.open;
}

export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'medium', 'low'];

function rank(alarm: Alarm): number {
  const settled = alarm.attention ? 0 : alarm.silenced_by === null ? 8 : 16;
  return settled + (alarm.active ? 0 : 4) + PRIORITIES.indexOf(alarm.priority);
}

/** Compare for a strip: what demands attention, then active, then priority, then newest. */
export function byUrgency(a: Alarm, b: Alarm): number {
  return rank(a) - rank(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at);
}

/** Compare for a history: newest first. */
export function byTime(a: Alarm, b: Alarm): number {
  return Date.parse(b.raised_at) - Date.parse(a.raised_at);
}

/** Count the alarms that demand attention. */
export function countUnacknowledged(alarms: readonly Alarm[]): number {
  return alarms.reduce((count, alarm) => count + (alarm.attention ? 1 : 0), 0);
}
