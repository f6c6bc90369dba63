/** The vertical stretch of a chart: the data, with every limit that is near enough to matter. */
import type { Limit } from '../api/contract';

/** A limit further away than this many times the data's reach is named at the edge instead. */
const REACH = 4;

/** Return bottom and top of the chart for data between `low` and `high` (null: no data). */
export function valueRange(
  low: number | null,
  high: number | null,
  limits: readonly Limit[],
): [number, number] {
  let bottom = low ?? 0;
  let top = high ?? low ?? 0;
  const ceiling = Math.max(Math.abs(top), Math.abs(bottom)) * REACH;
  for (const { value } of limits) {
    if (low !== null && Math.abs(value) > ceiling) continue;
    bottom = Math.min(bottom, value);
    top = Math.max(top, value);
  }
  const pad = (top - bottom || Math.abs(top) || 1) * 0.08;
  const floor = bottom >= 0 ? Math.max(0, bottom - pad) : bottom - pad;
  return [floor, top + pad];
}
