/** The grid of coordinates behind a map that has no pictures. */
import { formatNumber, type Language } from '../text/format';

export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

const STEPS_DEG = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const LINES_WANTED = 6;

/** Return the distance of the grid's lines in degrees for a stretch of `span_deg`. */
export function gridStep(span_deg: number): number {
  return STEPS_DEG.find((step) => span_deg / step <= LINES_WANTED) ?? 30;
}

/** Return the multiples of `step_deg` between `low` and `high`, at most 60. */
export function gridLines(low: number, high: number, step_deg: number): number[] {
  const first = Math.ceil(low / step_deg);
  const count = Math.min(60, Math.max(0, Math.floor(high / step_deg) - first + 1));
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step_deg).toFixed(4)));
}

/** Return a label such as 11,58° B or 108,990° Đ for the step's precision. */
export function degreeLabel(
  value: number,
  step_deg: number,
  language: Language,
  positive: string,
  negative: string,
): string {
  const places = step_deg >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step_deg) - 1e-9));
  return `${formatNumber(Math.abs(value), places, language)}° ${value < 0 ? negative : positive}`;
}

/** Return the smallest box around all points, or null without any; a single point gets 400 m. */
export function boxAround(points: readonly { lat: number; lon: number }[]): Box | null {
  if (points.length === 0) return null;
  const lats = points.map((point) => point.lat);
  const lons = points.map((point) => point.lon);
  const pad = 0.002;
  return {
    south: Math.max(-85, Math.min(...lats) - pad),
    north: Math.min(85, Math.max(...lats) + pad),
    west: Math.min(...lons) - pad,
    east: Math.max(...lons) + pad,
  };
}
