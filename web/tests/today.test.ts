import { describe, expect, it } from 'vitest';
import { troubles, weekOf, weekStart } from '../src/domain/today';
import { alarm, camera, securityEvent, station } from './samples';

describe('the week', () => {
  it('begins on Monday at midnight of the site', () => {
    const monday = Date.parse('2026-11-22T17:00:00Z');
    // Monday 23 November 2026, 00:00 at the site.
    expect(weekStart(monday)).toBe(monday);
    expect(weekStart(monday - 1)).toBe(monday - 7 * 86_400_000);
    expect(weekStart(monday + 6.9 * 86_400_000)).toBe(monday);
  });

  it('counts limits, warnings and what nobody has taken, by station', () => {
    const fromMs = Date.parse('2026-11-22T00:00:00Z');
    const week = weekOf(
      [
        alarm({ id: 1 }),
        alarm({ id: 2, acknowledged: true, station: 'b' }),
        alarm({ id: 3, station: 'b' }),
        alarm({ id: 4, level: 'warn' }),
        alarm({ id: 5, raised_at: '2026-11-20T00:00:00Z' }),
      ],
      fromMs,
    );
    expect(week).toEqual({ exceedances: 3, warnings: 1, waiting: 3, byStation: [['b', 2], ['thanh-hai', 1]] });
  });
});

describe('what is wrong now', () => {
  it('is ordered by gravity, then by age, and says who has it', () => {
    const found = troubles(
      [station(), station({ id: 'away', state: 'silent' })],
      [alarm({ id: 'w', level: 'warn' }), alarm({ id: 'l', acknowledged: true, acknowledged_by: 'An' }), alarm({ id: 'over', active: false })],
      [camera({ id: 'blind', state: 'down' }), camera({ id: 'well' })],
      [securityEvent({ id: 'e', priority: 'high', began_at: '2026-11-22T02:00:00Z' })],
    );
    expect(found.map((one) => one.id)).toEqual(['e', 'l', 'away', 'blind', 'w']);
    expect(found[1]?.taken).toBe('An');
  });

  it('is nothing where all is well', () => {
    expect(troubles([station()], [], [camera()], [])).toEqual([]);
  });
});
