/** The list of events on the screen, as pages of the gateway and live events change it. */
import type { SecurityEvent } from '../api/security_contract';
import { passes, type EventFilter } from './event_filter';
import { newestFirst, replaces } from './event_order';

/** Return the list with `page` added; what is known already is only renewed. */
export function withPage(
  listed: readonly SecurityEvent[],
  page: readonly SecurityEvent[],
): SecurityEvent[] {
  const known = new Map(listed.map((event) => [event.id, event]));
  for (const event of page) if (replaces(event, known.get(event.id))) known.set(event.id, event);
  return [...known.values()].sort(newestFirst);
}

export interface Change {
  listed: SecurityEvent[];
  /** The event was not in the list before. */
  isNew: boolean;
}

/**
 * Return the list after one live event.
 *
 * An event that no longer passes the filter leaves, unless it is in `kept`: a row must not
 * vanish from under the finger that has just judged it. Nothing older than the end of the list
 * enters while the gateway has more pages, or the list would have a hole there.
 */
export function withLive(
  listed: readonly SecurityEvent[],
  event: SecurityEvent,
  filter: EventFilter,
  options: { nowMs: number; hasMore: boolean; kept: ReadonlySet<string> },
): Change {
  const known = listed.find((one) => one.id === event.id);
  if (!replaces(event, known)) return { listed: [...listed], isNew: false };
  const rest = listed.filter((one) => one.id !== event.id);
  const fits = passes(event, filter, options.nowMs) || (known !== undefined && options.kept.has(event.id));
  if (!fits) return { listed: rest, isNew: false };
  const oldest = rest.at(-1);
  if (known === undefined && options.hasMore && oldest !== undefined && newestFirst(event, oldest) > 0) {
    return { listed: rest, isNew: false };
  }
  return { listed: [...rest, event].sort(newestFirst), isNew: known === undefined };
}
