/** The bearing rose: what lies where around the mast, north up, ready to be drawn. */
import type { Camera, SecurityEvent } from '../api/security_contract';
import { distanceOf, polar, toGround, type GroundPoint } from './ground';

/** The drawing's own units: the outermost ring has this radius, y grows downwards. */
export const ROSE_RADIUS = 100;

export interface RosePoint {
  x: number;
  y: number;
}
export interface RoseRing {
  radius: number;
  distance_m: number;
}
export interface RoseZone {
  rule: string;
  /** As the attribute of an SVG polygon. */
  points: string;
  isChosen: boolean;
}
export interface RoseMark extends RosePoint {
  id: string;
}
export interface Rose {
  rings: RoseRing[];
  zones: RoseZone[];
  marks: RoseMark[];
  here: RosePoint | null;
  /** Where only the direction is known: the end of a ray. */
  ray: RosePoint | null;
}

type Placed = Pick<SecurityEvent, 'id' | 'bearing_deg' | 'distance_m' | 'lat' | 'lon'>;

/** Return where an event was, in metres around the mast, or null. */
export function placeOf(
  event: Placed,
  mast: { lat: number | null; lon: number | null } | null,
): GroundPoint | null {
  if (event.bearing_deg !== null && event.distance_m !== null) {
    return polar(event.bearing_deg, event.distance_m);
  }
  if (event.lat === null || event.lon === null || mast?.lat == null || mast.lon === null) return null;
  return toGround(event.lat, event.lon, { lat: mast.lat, lon: mast.lon });
}

/** Return a rounded ring distance so that at most four rings reach `furthest_m`. */
export function ringStep(furthest_m: number): number {
  const least = Math.max(furthest_m, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * Return the rose of a camera.
 *
 * The rings reach beyond every zone and the event itself; other events farther out than that
 * are left away rather than making everything small.
 */
export function drawRose(
  camera: Pick<Camera, 'lat' | 'lon' | 'rules'> | null,
  event: (Placed & Pick<SecurityEvent, 'rule'>) | null,
  others: readonly Placed[],
): Rose {
  const { lat, lon } = camera ?? { lat: null, lon: null };
  const mast = lat === null || lon === null ? null : { lat, lon };
  const zones = (mast === null ? [] : (camera?.rules ?? [])).map((rule) => ({
    rule: rule.id,
    isChosen: event !== null && rule.id === event.rule,
    ground: mast === null ? [] : rule.ground.map(([a, b]) => toGround(a, b, mast)),
  }));
  const here = event === null ? null : placeOf(event, mast);
  const places = others.flatMap((other) => {
    const place = placeOf(other, mast);
    return place === null || other.id === event?.id ? [] : [{ id: other.id, place }];
  });
  const needed = [...zones.flatMap((zone) => zone.ground), ...(here === null ? [] : [here])];
  const sized = needed.length > 0 ? needed : places.map((one) => one.place);
  const furthest_m = sized.reduce((most, point) => Math.max(most, distanceOf(point)), 0) || 20;
  const step_m = ringStep(furthest_m * 1.05);
  const count = Math.max(2, Math.ceil((furthest_m * 1.05) / step_m - 1e-9));
  const reach_m = count * step_m;
  const draw = ({ east_m, north_m }: GroundPoint): RosePoint => ({
    x: (east_m / reach_m) * ROSE_RADIUS,
    y: (-north_m / reach_m) * ROSE_RADIUS,
  });
  return {
    rings: Array.from({ length: count }, (_, index) => ({
      radius: ((index + 1) / count) * ROSE_RADIUS,
      distance_m: (index + 1) * step_m,
    })),
    zones: zones
      .filter((zone) => zone.ground.length > 1)
      .map(({ rule, isChosen, ground }) => ({ rule, isChosen, points: ground.map(draw).map(pair).join(' ') })),
    marks: places
      .map(({ id, place }) => ({ id, ...draw(place) }))
      .filter(({ x, y }) => Math.hypot(x, y) <= ROSE_RADIUS),
    here: here === null ? null : draw(here),
    ray:
      here === null && event !== null && event.bearing_deg !== null
        ? draw(polar(event.bearing_deg, reach_m))
        : null,
  };
}

function pair({ x, y }: RosePoint): string {
  return `${x.toFixed(2)},${y.toFixed(2)}`;
}
