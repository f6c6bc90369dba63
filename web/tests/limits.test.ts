/** Which limit is shown, and where the value lies towards it. */
import { describe, expect, it } from 'vitest';
import { barScale, fractionOn, limitTicks, shownBounds } from '../src/domain/limits';
import { limitText } from '../src/text/limit_text';
import { channel, limit } from './samples';

describe('the limit beside a value', () => {
  it('is the strictest of its level, not the warning', () => {
    const limits = [limit('warn', 'high', 60), limit('limit', 'high', 80), limit('limit', 'high', 75)];
    expect(shownBounds(limits).high?.value).toBe(75);
    expect(limitText({ limits }, 'vi')).toBe('≤ 75');
  });
  it('is the warning where nothing else is set', () => {
    expect(limitText({ limits: [limit('warn', 'high', 60)] }, 'vi')).toBe('≤ 60');
  });
  it('shows both ends of a permitted range', () => {
    const limits = [limit('limit', 'high', 9), limit('limit', 'low', 5.5)];
    expect(limitText({ limits }, 'vi')).toBe('5,5 – 9');
  });
  it('is at least a lower bound, or nothing at all', () => {
    expect(limitText({ limits: [limit('limit', 'low', 2)] }, 'en')).toBe('≥ 2');
    expect(limitText({ limits: [] }, 'en')).toBe('');
  });
});

describe('the bar', () => {
  it('leaves room beyond an upper limit and begins at zero', () => {
    const scale = barScale(channel());
    expect(scale?.min).toBe(0);
    expect(scale?.max).toBeGreaterThan(75);
  });
  it('surrounds a permitted range', () => {
    const scale = barScale(channel({ limits: [limit('limit', 'high', 9), limit('limit', 'low', 6)] }));
    expect(scale?.min).toBeLessThan(6);
    expect(scale?.max).toBeGreaterThan(9);
  });
  it('covers the measuring range where there is no limit, and is absent where both are unknown', () => {
    expect(barScale(channel({ limits: [] }))).toEqual({ min: 0, max: 300 });
    expect(barScale(channel({ limits: [], range_max: null }))).toBeNull();
  });
  it('has a width even when the limit is zero', () => {
    for (const side of ['high', 'low'] as const) {
      const scale = barScale(channel({ limits: [limit('limit', side, 0)], range_max: null, range_min: null }));
      expect(scale && scale.max > scale.min).toBe(true);
    }
  });
  it('holds values beyond its ends', () => {
    expect(fractionOn({ min: 0, max: 100 }, 1e9)).toBe(1);
    expect(fractionOn({ min: 0, max: 100 }, -5)).toBe(0);
    expect(fractionOn({ min: 0, max: 100 }, 25)).toBe(0.25);
  });
  it('marks every limit in ascending order', () => {
    const ticks = limitTicks(channel(), { min: 0, max: 100 });
    expect(ticks.map((tick) => tick.fraction)).toEqual([0.6, 0.75]);
  });
});
