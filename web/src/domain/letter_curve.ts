/** The drawing of a chart in the preview: paths with gaps where nothing was measured. */
import type { LetterChart } from '../api/reports_contract';

export const WIDTH = 320;
export const HEIGHT = 120;

export interface Drawing {
  mean: string;
  band: string[];
  limits: { y: number; value: number; side: string; verified: boolean }[];
  low: number;
  high: number;
}

/** Return the chart in a box of `WIDTH` × `HEIGHT`; null where nothing was measured. */
export function drawCurve(chart: LetterChart): Drawing | null {
  const { mean, low, high } = chart.curve;
  const limits = chart.limits.filter((limit) => limit.level === 'limit');
  const known = [...low, ...high].filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  const all = [...known, ...limits.map((limit) => limit.value)];
  const floor = all.reduce((a, b) => Math.min(a, b));
  const top = all.reduce((a, b) => Math.max(a, b));
  const spare = (top - floor || Math.abs(top) || 1) * 0.05;
  const y = (value: number): number =>
    round(HEIGHT - ((value - floor + spare) / (top - floor + 2 * spare)) * HEIGHT);
  const x = (index: number): number => round((index / mean.length) * WIDTH);
  let path = '';
  let pen = false;
  const band: string[] = [];
  mean.forEach((value, index) => {
    const [from, to] = [low[index], high[index]];
    if (value === null || from == null || to == null) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${x(index)} ${y(value)}H${x(index + 1)}`;
    band.push(`M${x(index)} ${y(from)}H${x(index + 1)}V${y(to)}H${x(index)}Z`);
    pen = true;
  });
  return {
    mean: path,
    band,
    limits: limits.map(({ value, side, verified }) => ({ y: y(value), value, side, verified })),
    low: floor,
    high: top,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
