/** What a leader should know at once, and the week in a few figures. */
import type { Alarm, Station } from '../api/contract';
import type { Camera, SecurityEvent } from '../api/security_contract';
import { byTrouble, isTroubled, isWorking } from './camera_health';
import { toSiteField, fromSiteField } from './site_time';

/** One thing that is wrong now; `rank` 0 is the gravest. */
export type Trouble =
  | { kind: 'alarm'; id: string; sinceMs: number; rank: number; taken: string | null; alarm: Alarm }
  | { kind: 'station'; id: string; sinceMs: number; rank: number; taken: null; station: Station }
  | { kind: 'camera'; id: string; sinceMs: number; rank: number; taken: null; camera: Camera }
  | { kind: 'event'; id: string; sinceMs: number; rank: number; taken: string | null; event: SecurityEvent };

export interface Week {
  exceedances: number;
  warnings: number;
  waiting: number;
  /** Limits exceeded by station, most first. */
  byStation: [string, number][];
}

const DAY_MS = 86_400_000;

/** Return the beginning of the site's week (Monday 00:00) that `nowMs` lies in. */
export function weekStart(nowMs: number): number {
  const midnight = fromSiteField(`${toSiteField(nowMs).slice(0, 10)}T00:00`) ?? nowMs;
  // 1970-01-05 was a Monday; the site's midnights lie 7 h before those of UTC.
  const day = Math.round((midnight + 7 * 3_600_000) / DAY_MS);
  return midnight - ((((day - 4) % 7) + 7) % 7) * DAY_MS;
}

/** Return everything that is wrong now, the gravest first, then the oldest. */
export function troubles(
  stations: readonly Station[],
  alarms: readonly Alarm[],
  cameras: readonly Camera[],
  events: readonly SecurityEvent[],
): Trouble[] {
  const found: Trouble[] = [];
  for (const alarm of alarms) {
    // Notices that do not arrive are the centre's own trouble: the desk shows them.
    if (!alarm.active || alarm.subject === 'sink') continue;
    const taken = alarm.acknowledged ? alarm.acknowledged_by : null;
    const rank = alarm.level === 'limit' ? 0 : 3;
    found.push({ kind: 'alarm', id: String(alarm.id), sinceMs: Date.parse(alarm.raised_at), rank, taken, alarm });
  }
  for (const station of stations) {
    if (station.state !== 'silent' && station.state !== 'offline') continue;
    const sinceMs = Date.parse(station.state_since ?? station.last_seen_at ?? '');
    found.push({ kind: 'station', id: station.id, sinceMs, rank: 1, taken: null, station });
  }
  for (const event of events) {
    const rank = event.priority === 'high' ? 0 : event.priority === 'medium' ? 2 : 4;
    const taken = event.verdict_by;
    found.push({ kind: 'event', id: event.id, sinceMs: Date.parse(event.began_at), rank, taken, event });
  }
  for (const camera of [...cameras].sort(byTrouble)) {
    if (!isTroubled(camera) || camera.state === 'unknown' || camera.state === 'starting') continue;
    const sinceMs = Date.parse(camera.since ?? '');
    const rank = isWorking(camera) ? 4 : 2;
    found.push({ kind: 'camera', id: camera.id, sinceMs, rank, taken: null, camera });
  }
  return found.sort((a, b) => a.rank - b.rank || (a.sinceMs || 0) - (b.sinceMs || 0));
}

/** Count a week's alarms. */
export function weekOf(alarms: readonly Alarm[], fromMs: number): Week {
  const stations = new Map<string, number>();
  const week: Week = { exceedances: 0, warnings: 0, waiting: 0, byStation: [] };
  for (const alarm of alarms) {
    if (Date.parse(alarm.raised_at) < fromMs || alarm.subject === 'sink') continue;
    if (!alarm.acknowledged) week.waiting += 1;
    if (alarm.level === 'warn') {
      week.warnings += 1;
      continue;
    }
    week.exceedances += 1;
    stations.set(alarm.station, (stations.get(alarm.station) ?? 0) + 1);
  }
  week.byStation = [...stations].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return week;
}
