/** The chart's data: gaps stay gaps, states are shaded, live readings fold in. */
import { describe, expect, it } from 'vitest';
import { plotColumns, shadedSpans, summarise, withReading, type Series } from '../src/chart/series';
import { valueRange } from '../src/chart/range';
import { timeLabels } from '../src/chart/axis';
import { limit } from './samples';

function series(every_s: number, at_s: number[], over: Partial<Series> = {}): Series {
  const fill = <T>(value: T): T[] => at_s.map(() => value);
  return {
    every_s,
    at: at_s.map((at) => at * 1_000),
    v: at_s.map((_, index) => index + 1),
    min: at_s.map((_, index) => index + 0.5),
    max: at_s.map((_, index) => index + 1.5),
    count: fill(60),
    s: fill(0),
    q: fill(0),
    ...over,
  };
}

describe('gaps', () => {
  it('break the line between raw readings that lie too far apart', () => {
    const [x, v] = plotColumns(series(0, [0, 1, 2, 60, 61]), 1);
    expect(v).toEqual([1, 2, 3, null, 4, 5]);
    expect(x[3]).toBeCloseTo(2.001);
  });
  it('do not appear where a slow station is merely slow', () => {
    expect(plotColumns(series(0, [0, 60, 120]), 60)[1]).toEqual([1, 2, 3]);
  });
  it('break the line and the band between means', () => {
    const [, v, low, high] = plotColumns(series(60, [0, 60, 240]), 1);
    expect(v).toEqual([1, 2, null, 3]);
    expect(low).toEqual([0.5, 1.5, null, 2.5]);
    expect(high).toEqual([1.5, 2.5, null, 3.5]);
  });
  it('remain where a value could not be read', () => {
    expect(plotColumns(series(0, [0, 1, 2], { v: [1, null, 3] }), 1)[1]).toEqual([1, null, 3]);
  });
  it('leave raw readings without a band', () => {
    expect(plotColumns(series(0, [0, 1]), 1)[2]).toEqual([null, null]);
  });
});

describe('shaded stretches', () => {
  it('join neighbours of one state and end where measuring resumes', () => {
    const spans = shadedSpans(series(0, [0, 1, 2, 3, 4], { s: [0, 1, 1, 0, 2] }), 1);
    expect(spans).toEqual([
      { fromMs: 1_000, toMs: 3_000, state: 'calibrating' },
      { fromMs: 4_000, toMs: 5_000, state: 'fault' },
    ]);
  });
  it('do not reach across a gap', () => {
    const spans = shadedSpans(series(0, [0, 100], { s: [3, 3] }), 1);
    expect(spans.map((span) => span.toMs)).toEqual([1_000, 101_000]);
  });
});

describe('live readings', () => {
  const good = { s: 'measuring', q: 'good' } as const;
  it('are appended to raw ones, and what left the window goes', () => {
    const grown = withReading(series(0, [0, 1, 2]), { atMs: 3_000, v: 9, ...good }, 1_500);
    expect(grown.at).toEqual([2_000, 3_000]);
    expect(grown.v).toEqual([3, 9]);
  });
  it('fold into the mean, the band and the worst state of their bucket', () => {
    const before = series(60, [0, 60], { v: [1, 4], min: [1, 4], max: [1, 4], count: [1, 1] });
    const grown = withReading(before, { atMs: 90_000, v: 8, s: 'calibrating', q: 'suspect' }, 0);
    expect(grown).toMatchObject({ v: [1, 6], min: [1, 4], max: [1, 8], count: [1, 2], s: [0, 1], q: [0, 1] });
  });
  it('open a new bucket when theirs has not begun', () => {
    const grown = withReading(series(60, [0]), { atMs: 61_000, v: 8, ...good }, 0);
    expect(grown).toMatchObject({ at: [0, 60_000], v: [1, 8], count: [60, 1] });
  });
  it('without a value do not touch the mean', () => {
    const before = series(60, [0], { v: [4], count: [2] });
    const grown = withReading(before, { atMs: 1_000, v: null, s: 'comms_lost', q: 'bad' }, 0);
    expect(grown).toMatchObject({ v: [4], count: [2], s: [5], q: [2] });
  });
  it('that are older than the last one, or repeat it, are ignored', () => {
    const before = series(0, [0, 5]);
    expect(withReading(before, { atMs: 3_000, v: 9, ...good }, 0)).toBe(before);
    expect(withReading(before, { atMs: 5_000, v: 9, ...good }, 0)).toBe(before);
  });
});

describe('the summary', () => {
  it('counts only what was measured and is not bad', () => {
    const data = series(0, [0, 1, 2, 3], { v: [2, 4, 900, 800], s: [0, 0, 1, 0], q: [0, 1, 0, 2], min: [2, 4, 900, 800], max: [2, 4, 900, 800] });
    expect(summarise(data)).toEqual({ min: 2, max: 4, mean: 3, count: 2 });
  });
  it('weighs means by their readings', () => {
    const data = series(60, [0, 60], { v: [10, 20], min: [9, 19], max: [11, 21], count: [30, 10] });
    expect(summarise(data)).toEqual({ min: 9, max: 21, mean: 12.5, count: 40 });
  });
  it('of nothing is nothing', () => {
    expect(summarise(series(0, []))).toEqual({ min: null, max: null, mean: null, count: 0 });
  });
});

describe('the vertical range', () => {
  it('includes a limit that is near and leaves out one that would flatten the line', () => {
    expect(valueRange(50, 52, [limit('limit', 'high', 75)])[1]).toBeGreaterThan(75);
    expect(valueRange(40, 42, [limit('limit', 'high', 850)])[1]).toBeLessThan(100);
  });
  it('never goes below zero for data that do not, and is never empty', () => {
    expect(valueRange(0, 1, [])[0]).toBe(0);
    const [bottom, top] = valueRange(5, 5, []);
    expect(top).toBeGreaterThan(bottom);
    expect(valueRange(null, null, [limit('limit', 'high', 75)])[1]).toBeGreaterThan(75);
  });
});

describe('the time axis', () => {
  it('names the day once, and again when a new day begins at the site', () => {
    const at_s = Date.parse('2026-11-22T16:00:00Z') / 1_000;
    expect(timeLabels([at_s, at_s + 1_800, at_s + 3_600], 1_800)).toEqual([
      '23:00\n22/11',
      '23:30',
      '00:00\n23/11',
    ]);
  });
});
