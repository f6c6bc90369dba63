/** What the page knows of the centre: stations and alarms, changed only by pure functions. */
import type { Alarm, Channel, ScanEvent, Station } from '../api/contract';
import type { StreamEvent } from '../api/stream';
import { isOpen } from '../domain/alarm_order';

export interface Centre {
  stations: readonly Station[];
  /** Newest arrival of live values per station, in server time (epoch ms). */
  heardMs: Readonly<Record<string, number>>;
  /** Every alarm the page has heard of, by id; settled ones beyond `MOST_SETTLED` are let go. */
  alarms: ReadonlyMap<string, Alarm>;
}

export const MOST_SETTLED = 200;
/** A flood that nobody acknowledges must not fill a wall's memory; beyond this the oldest go. */
export const MOST_KEPT = 1_000;
export const EMPTY_CENTRE: Centre = { stations: [], heardMs: {}, alarms: new Map() };

/** Take over a full answer of the gateway; what was known before is replaced. */
export function takeSnapshot(stations: readonly Station[], openAlarms: readonly Alarm[]): Centre {
  const heardMs: Record<string, number> = {};
  for (const station of stations) {
    // Heard at the server, not the station's own time, which may be wrong.
    const at = Date.parse(station.last_seen_at ?? '');
    if (Number.isFinite(at)) heardMs[station.id] = at;
  }
  return {
    stations: [...stations],
    heardMs,
    alarms: new Map(openAlarms.map((alarm) => [String(alarm.id), alarm])),
  };
}

/** Return the centre after one event of the stream that arrived at `nowMs` (server time). */
export function applyEvent(centre: Centre, event: StreamEvent, nowMs: number): Centre {
  switch (event.kind) {
    case 'hello':
    case 'camera':
    case 'event':
      return centre;
    case 'scan':
      return applyScan(centre, event.scan, nowMs);
    case 'station':
      return applyStation(centre, event.station);
    case 'alarm':
      return applyAlarms(centre, [event.alarm]);
  }
}

function applyScan(centre: Centre, scan: ScanEvent, nowMs: number): Centre {
  const index = centre.stations.findIndex((station) => station.id === scan.station);
  const known = centre.stations[index];
  if (known === undefined) return centre;
  const readings = new Map(scan.readings.map((reading) => [reading.c, reading]));
  const channels = known.channels.map((channel): Channel => {
    const reading = readings.get(channel.name);
    if (reading === undefined) return channel;
    const { v, s, q, r } = reading;
    return { ...channel, latest: { at: scan.at, v, s, q, r: r ?? null } };
  });
  const station = { ...known, clock: scan.clock, last_scan_at: scan.at, channels };
  return {
    ...centre,
    stations: centre.stations.with(index, station),
    heardMs: { ...centre.heardMs, [scan.station]: nowMs },
  };
}

function applyStation(centre: Centre, station: Station): Centre {
  const index = centre.stations.findIndex((known) => known.id === station.id);
  const stations =
    index < 0 ? [...centre.stations, station] : centre.stations.with(index, station);
  return { ...centre, stations };
}

/** Return the centre with these alarms new or renewed. */
export function applyAlarms(centre: Centre, changed: readonly Alarm[]): Centre {
  const alarms = new Map(centre.alarms);
  for (const alarm of changed) {
    alarms.delete(String(alarm.id));
    alarms.set(String(alarm.id), alarm);
  }
  let settled = 0;
  for (const alarm of alarms.values()) settled += isOpen(alarm) ? 0 : 1;
  for (const [id, alarm] of alarms) {
    if (settled <= MOST_SETTLED) break;
    if (isOpen(alarm)) continue;
    alarms.delete(id);
    settled -= 1;
  }
  for (const id of alarms.keys()) {
    if (alarms.size <= MOST_KEPT) break;
    alarms.delete(id);
  }
  return { ...centre, alarms };
}
