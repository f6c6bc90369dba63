/** When a value is too old to be believed, and since when. */
import type { Station } from '../api/contract';

/** A live value may be late by three scans, and never less than this, before it greys. */
const LEAST_PATIENCE_MS = 5_000;

export interface Heard {
  /** When a scan of the station last reached this page, in server time (epoch ms). */
  heardMs: number | null;
}

/** Return how long a value may wait for its successor, in milliseconds. */
export function patienceMs(poll_interval_s: number): number {
  return Math.max(LEAST_PATIENCE_MS, poll_interval_s * 3_000);
}

/**
 * Tell whether the values of a station are stale.
 *
 * The arrival at this page counts, not the station's own time: a station with a wrong clock
 * still delivers live values.
 */
export function isStale(
  station: Pick<Station, 'state' | 'poll_interval_s'>,
  heardMs: number | null,
  nowMs: number,
  linkLive: boolean,
): boolean {
  if (!linkLive || station.state !== 'online' || heardMs === null) return true;
  return nowMs - heardMs > patienceMs(station.poll_interval_s);
}
