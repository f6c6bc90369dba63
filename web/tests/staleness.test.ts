/** When values grey. */
import { describe, expect, it } from 'vitest';
import { isStale, patienceMs } from '../src/domain/staleness';
import { station } from './samples';

describe('staleness', () => {
  const now = 1_000_000;
  it('waits for three scans and at least five seconds', () => {
    expect(patienceMs(1)).toBe(5_000);
    expect(patienceMs(60)).toBe(180_000);
  });
  it('does not grey a value that has just arrived', () => {
    expect(isStale(station(), now - 1_000, now, true)).toBe(false);
  });
  it('greys a value whose successor is overdue', () => {
    expect(isStale(station(), now - 5_001, now, true)).toBe(true);
  });
  it('greys at once when the link to the server breaks', () => {
    expect(isStale(station(), now, now, false)).toBe(true);
  });
  it.each(['silent', 'offline', 'unknown'] as const)('greys a station that is %s', (state) => {
    expect(isStale(station({ state }), now, now, true)).toBe(true);
  });
  it('greys a station that was never heard', () => {
    expect(isStale(station(), null, now, true)).toBe(true);
  });
});
