import { describe, expect, it } from 'vitest';
import { moved, nearest, parseCompare, shiftMs } from '../src/domain/compare';
import { parseHash, toHash } from '../src/state/route';

const DAY_MS = 86_400_000;
// 2026-11-22 10:00 at the site.
const NOW_MS = Date.parse('2026-11-22T03:00:00Z');

describe('a compared period', () => {
  it('lies a day, a week or as many days back as the date says', () => {
    expect(shiftMs('day', NOW_MS)).toBe(DAY_MS);
    expect(shiftMs('week', NOW_MS)).toBe(7 * DAY_MS);
    expect(shiftMs('2026-11-20', NOW_MS)).toBe(2 * DAY_MS);
    expect(shiftMs('2025-11-22', NOW_MS)).toBe(365 * DAY_MS);
  });

  it('is none for today, for days to come and for nonsense', () => {
    expect(shiftMs('2026-11-22', NOW_MS)).toBeNull();
    expect(shiftMs('2026-12-01', NOW_MS)).toBeNull();
    expect(shiftMs(null, NOW_MS)).toBeNull();
    expect(parseCompare('yesterday')).toBeNull();
    expect(parseCompare('2026-13-45')).toBeNull();
  });

  it('counts days at the site, also shortly after its midnight', () => {
    expect(shiftMs('2026-11-21', Date.parse('2026-11-21T17:05:00Z'))).toBe(DAY_MS);
  });

  it('is aligned with the present one', () => {
    const series = { every_s: 60, at: [0, 60_000], v: [1, 2], min: [1, 2], max: [1, 2], count: [1, 1], s: [0, 0], q: [0, 0] };
    expect(moved(series, DAY_MS).at).toEqual([DAY_MS, DAY_MS + 60_000]);
  });

  it('is in the address', () => {
    const hash = '#/stations/a?channel=cod&range=24h&compare=week';
    expect(toHash(parseHash(hash))).toBe(hash);
  });

  it('finds the nearest point, and none that is too far', () => {
    const at = [0, 100, 200];
    expect([-10, 40, 60, 149, 260].map((x) => nearest(at, x, 50))).toEqual([0, 0, 1, 1, -1]);
    expect(nearest([], 5, 50)).toBe(-1);
  });
});
