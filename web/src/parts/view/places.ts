/** What stands on the map: stations, cameras and the directions of open events. */
import type { Alarm, Station } from '../../api/contract';
import type { Camera, SecurityEvent } from '../../api/security_contract';
import { polar } from '../../domain/ground';
import { gravestAlarm } from '../../domain/channel_view';
import { levelMark, stationMark, type Mark } from '../../domain/marks';
import { cameraMark, priorityMark } from '../../domain/security_marks';
import { toHash } from '../../state/route';
import { ruleName } from '../../text/desk';
import type { Language } from '../../text/format';
import { stationName } from '../../text/names';
import type { Catalogue } from '../../text/vi';

export interface Place {
  id: string;
  kind: 'station' | 'camera';
  name: string;
  mark: Mark;
  href: string;
  lat: number;
  lon: number;
  /** Names of what is in trouble are written first. */
  rank: number;
}

export interface Bearing {
  id: string;
  mark: Mark;
  href: string;
  lat: number;
  lon: number;
  toLat: number;
  toLon: number;
}

export type Somewhere = Omit<Place, 'lat' | 'lon'> & { lat: number | null; lon: number | null };

const RANK: Record<Mark['tone'], number> = { limit: 3, warn: 2, accent: 1, muted: 0 };
/** How far a direction is drawn where the distance is not known. */
const UNKNOWN_DISTANCE_M = 60;
const METRES_PER_DEGREE = 111_320;

export function stationPlaces(
  stations: readonly Station[],
  alarms: readonly Alarm[],
  linkLive: boolean,
  language: Language,
  text: Catalogue,
): Somewhere[] {
  return stations.map((station) => {
    let mark = stationMark(station.state, linkLive, text);
    if (station.state === 'online' && linkLive) {
      const grave = station.channels
        .map((channel) => gravestAlarm(alarms, station.id, channel.name))
        .filter((alarm) => alarm !== null)
        .sort((a, b) => (a.level === 'limit' ? 0 : 1) - (b.level === 'limit' ? 0 : 1))[0];
      if (grave) mark = levelMark(grave.level, grave.side, text);
    }
    const href = toHash({ page: 'station', station: station.id, channel: null, range: '1h' });
    const { id, lat, lon } = station;
    return { id: `station/${id}`, kind: 'station', name: stationName(station, language), mark, href, lat, lon, rank: RANK[mark.tone] };
  });
}

export function cameraPlaces(
  cameras: readonly Camera[],
  linkLive: boolean,
  language: Language,
  text: Catalogue,
): Somewhere[] {
  return cameras.map((camera) => {
    const mark = cameraMark(camera, linkLive, text);
    const href = toHash({ page: 'camera', camera: camera.id });
    const { id, lat, lon } = camera;
    return { id: `camera/${id}`, kind: 'camera', name: stationName(camera, language), mark, href, lat, lon, rank: RANK[mark.tone] };
  });
}

export function isPlaced(place: Somewhere): place is Place {
  return place.lat !== null && place.lon !== null;
}

/** Return the lines from cameras to open events whose direction is known. */
export function bearings(
  events: readonly SecurityEvent[],
  cameras: readonly Camera[],
  language: Language,
  text: Catalogue,
): Bearing[] {
  return events.flatMap((event): Bearing[] => {
    const mast = cameras.find((camera) => camera.id === event.camera);
    if (mast === undefined || mast.lat === null || mast.lon === null || event.bearing_deg === null) return [];
    const end = endOf(event, { lat: mast.lat, lon: mast.lon }, event.bearing_deg);
    return [
      {
        id: event.id,
        mark: { ...priorityMark(event.priority, text), word: ruleName(event, language) },
        href: toHash({ page: 'event', event: event.id }),
        lat: mast.lat,
        lon: mast.lon,
        ...end,
      },
    ];
  });
}

function endOf(
  event: SecurityEvent,
  mast: { lat: number; lon: number },
  bearing_deg: number,
): { toLat: number; toLon: number } {
  if (event.lat !== null && event.lon !== null) return { toLat: event.lat, toLon: event.lon };
  const { east_m, north_m } = polar(bearing_deg, event.distance_m ?? UNKNOWN_DISTANCE_M);
  const shrink = Math.max(0.01, Math.cos((mast.lat * Math.PI) / 180));
  return {
    toLat: mast.lat + north_m / METRES_PER_DEGREE,
    toLon: mast.lon + east_m / (METRES_PER_DEGREE * shrink),
  };
}
