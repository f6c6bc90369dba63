/** Latitude and longitude as metres around a mast, and back to directions. */

/** Metres east and north of the mast's foot. */
export interface GroundPoint {
  east_m: number;
  north_m: number;
}

/** WGS 84: semi-major axis in metres, first eccentricity squared. */
const A_M = 6_378_137;
const E2 = 6.694_379_990_14e-3;
const RAD = Math.PI / 180;

/**
 * Return a point in metres around the mast, on the ellipsoid's tangent.
 *
 * Good to a few centimetres within the kilometre that a camera sees.
 */
export function toGround(lat: number, lon: number, mast: { lat: number; lon: number }): GroundPoint {
  const sin = Math.sin(mast.lat * RAD);
  const w = 1 - E2 * sin * sin;
  const meridian_m = (A_M * (1 - E2)) / w ** 1.5;
  const parallel_m = (A_M / Math.sqrt(w)) * Math.cos(mast.lat * RAD);
  const turn = ((((lon - mast.lon + 180) % 360) + 360) % 360) - 180;
  return { east_m: turn * RAD * parallel_m, north_m: (lat - mast.lat) * RAD * meridian_m };
}

/** Return the point in that direction (degrees clockwise from north) and distance. */
export function polar(bearing_deg: number, distance_m: number): GroundPoint {
  const angle = bearing_deg * RAD;
  return { east_m: distance_m * Math.sin(angle), north_m: distance_m * Math.cos(angle) };
}

export function distanceOf(point: GroundPoint): number {
  return Math.hypot(point.east_m, point.north_m);
}

/** Return the direction of a point, 0 … 360 degrees clockwise from north. */
export function bearingOf(point: GroundPoint): number {
  const bearing = Math.atan2(point.east_m, point.north_m) / RAD;
  return bearing < 0 ? bearing + 360 : bearing;
}

/** Return which of the eight compass words names a direction: 0 is north, 2 east. */
export function compassEighth(bearing_deg: number): number {
  return ((Math.round(bearing_deg / 45) % 8) + 8) % 8;
}
