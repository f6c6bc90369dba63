/** A stretch of one channel as the chart holds it: filled by the gateway, grown by live scans. */
import {
  QUALITY_OF_CODE,
  STATE_OF_CODE,
  type MeasurementState,
  type Quality,
  type Readings,
} from '../api/contract';

/** Parallel arrays, ascending in `at` (epoch ms); `every_s` is 0 for raw readings. */
export type Series = Pick<Readings, 'every_s' | 'at' | 'v' | 'min' | 'max' | 'count' | 's' | 'q'>;

export interface LiveReading {
  atMs: number;
  v: number | null;
  s: MeasurementState;
  q: Quality;
}

/** A stretch in which the channel did not measure. */
export interface Span {
  fromMs: number;
  toMs: number;
  state: MeasurementState;
}

export interface Summary {
  min: number | null;
  max: number | null;
  mean: number | null;
  /** Readings that count: measuring and not bad. */
  count: number;
}

/** Columns for the plotter: seconds, then value, lowest and highest, with nulls in gaps. */
export type Columns = [number[], (number | null)[], (number | null)[], (number | null)[]];

/** Return how far apart two neighbours may lie before the line between them is broken. */
export function gapMs(every_s: number, poll_interval_s: number): number {
  return every_s > 0 ? every_s * 1_500 : Math.max(5_000, poll_interval_s * 3_500);
}

/** Return the series with one live reading more and everything before `fromMs` left out. */
export function withReading(series: Series, reading: LiveReading, fromMs: number): Series {
  const bucketMs = series.every_s * 1_000;
  const atMs = bucketMs > 0 ? Math.floor(reading.atMs / bucketMs) * bucketMs : reading.atMs;
  const lastMs = series.at.at(-1);
  if (lastMs !== undefined && atMs < lastMs) return series;
  const s = STATE_OF_CODE.indexOf(reading.s);
  const q = QUALITY_OF_CODE.indexOf(reading.q);
  if (atMs === lastMs) return bucketMs > 0 ? merged(series, reading.v, s, q) : series;
  const start = series.at.findIndex((at) => at >= fromMs);
  const keep = start < 0 ? series.at.length : start;
  return {
    every_s: series.every_s,
    at: [...series.at.slice(keep), atMs],
    v: [...series.v.slice(keep), reading.v],
    min: [...series.min.slice(keep), reading.v],
    max: [...series.max.slice(keep), reading.v],
    count: [...series.count.slice(keep), reading.v === null ? 0 : 1],
    s: [...series.s.slice(keep), s],
    q: [...series.q.slice(keep), q],
  };
}

function merged(series: Series, v: number | null, s: number, q: number): Series {
  const end = series.at.length - 1;
  const count = series.count[end] ?? 0;
  const mean = series.v[end] ?? null;
  const next: Series = {
    ...series,
    s: series.s.with(end, Math.max(series.s[end] ?? 0, s)),
    q: series.q.with(end, Math.max(series.q[end] ?? 0, q)),
  };
  if (v === null) return next;
  const weight = mean === null ? 0 : count;
  next.v = series.v.with(end, ((mean ?? 0) * weight + v) / (weight + 1));
  next.min = series.min.with(end, Math.min(series.min[end] ?? v, v));
  next.max = series.max.with(end, Math.max(series.max[end] ?? v, v));
  next.count = series.count.with(end, weight + 1);
  return next;
}

/** Return the plotter's columns; a null row stands in every gap so that no line crosses it. */
export function plotColumns(series: Series, poll_interval_s: number): Columns {
  const columns: Columns = [[], [], [], []];
  const [x, v, low, high] = columns;
  const limit = gapMs(series.every_s, poll_interval_s);
  const banded = series.every_s > 0;
  series.at.forEach((at, index) => {
    const before = series.at[index - 1];
    if (before !== undefined && at - before > limit) {
      x.push((before + 1) / 1_000);
      v.push(null);
      low.push(null);
      high.push(null);
    }
    x.push(at / 1_000);
    v.push(series.v[index] ?? null);
    low.push(banded ? (series.min[index] ?? null) : null);
    high.push(banded ? (series.max[index] ?? null) : null);
  });
  return columns;
}

/** Return the stretches in which the channel did not measure, neighbours of one state joined. */
export function shadedSpans(series: Series, poll_interval_s: number): Span[] {
  const spans: Span[] = [];
  const limit = gapMs(series.every_s, poll_interval_s);
  const step = series.every_s > 0 ? series.every_s * 1_000 : poll_interval_s * 1_000;
  series.at.forEach((at, index) => {
    const state = STATE_OF_CODE[series.s[index] ?? 0] ?? 'measuring';
    if (state === 'measuring') return;
    const next = series.at[index + 1];
    const toMs = next !== undefined && next - at <= limit ? next : at + step;
    const last = spans.at(-1);
    if (last?.state === state && last.toMs >= at) last.toMs = toMs;
    else spans.push({ fromMs: at, toMs, state });
  });
  return spans;
}

/** Return lowest, highest and mean of what counts: measured, and not judged bad. */
export function summarise(series: Series): Summary {
  let min: number | null = null;
  let max: number | null = null;
  let sum = 0;
  let count = 0;
  series.v.forEach((v, index) => {
    if (v === null || series.s[index] !== 0 || series.q[index] === 2) return;
    const low = series.min[index] ?? v;
    const high = series.max[index] ?? v;
    const weight = series.every_s > 0 ? Math.max(1, series.count[index] ?? 1) : 1;
    min = min === null ? low : Math.min(min, low);
    max = max === null ? high : Math.max(max, high);
    sum += v * weight;
    count += weight;
  });
  return { min, max, mean: count > 0 ? sum / count : null, count };
}
