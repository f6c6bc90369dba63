/** Repeated events of one rule of one camera, drawn together so that nobody is flooded. */
import type { Priority, SecurityEvent } from '../api/security_contract';
import { isOngoing } from './event_order';

/** Two events of one rule belong together when no more than this lies between them. */
export const GROUP_GAP_MS = 5 * 60_000;
/** A group that lasts longer than this begins anew, so that the hours stay visible. */
export const GROUP_SPAN_MS = 60 * 60_000;

export interface EventGroup {
  /** The id of the oldest event: it stays when newer ones join. */
  id: string;
  newest: SecurityEvent;
  /** Newest first; one event alone is a group too. */
  events: SecurityEvent[];
  priority: Priority;
  ongoing: boolean;
  unreviewed: number;
}

const RANK: Record<Priority, number> = { low: 0, medium: 1, high: 2 };

/** Return the groups of `events` (newest first), in the order of their newest events. */
export function groupEvents(
  events: readonly SecurityEvent[],
  gap_ms = GROUP_GAP_MS,
  span_ms = GROUP_SPAN_MS,
): EventGroup[] {
  const groups: SecurityEvent[][] = [];
  const last = new Map<string, SecurityEvent[]>();
  for (const event of events) {
    const key = `${event.camera}/${event.rule}`;
    const group = last.get(key);
    if (group !== undefined && belongs(event, group, gap_ms, span_ms)) {
      group.push(event);
      continue;
    }
    const fresh = [event];
    groups.push(fresh);
    last.set(key, fresh);
  }
  return groups.map(summary);
}

function belongs(
  event: SecurityEvent,
  group: readonly SecurityEvent[],
  gap_ms: number,
  span_ms: number,
): boolean {
  const beganMs = Date.parse(event.began_at);
  const previous = group.at(-1);
  const newest = group[0];
  if (previous === undefined || newest === undefined) return false;
  return (
    Date.parse(previous.began_at) - beganMs <= gap_ms &&
    Date.parse(newest.began_at) - beganMs <= span_ms
  );
}

function summary(events: SecurityEvent[]): EventGroup {
  const newest = events[0] as SecurityEvent;
  const oldest = events.at(-1) as SecurityEvent;
  return {
    id: oldest.id,
    newest,
    events,
    priority: events.reduce<Priority>(
      (gravest, event) => (RANK[event.priority] > RANK[gravest] ? event.priority : gravest),
      'low',
    ),
    ongoing: events.some(isOngoing),
    unreviewed: events.filter((event) => event.verdict === null).length,
  };
}
