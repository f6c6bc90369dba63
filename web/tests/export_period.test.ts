import { describe, expect, it } from 'vitest';
import { askForOpen, NO_DESK_FILTER } from '../src/domain/alarm_desk';
import { usualPeriod, withPeriod } from '../src/domain/export_period';

describe('the days of an export', () => {
  it('end with today at the site, also when it is still yesterday in UTC', () => {
    const lateUtc = Date.parse('2026-11-29T20:00:00Z');
    expect(usualPeriod(lateUtc)).toEqual({ from: '2026-11-01', to: '2026-11-30' });
  });

  it('are whole days of the site, the last one included', () => {
    const query = withPeriod(new URLSearchParams({ state: 'all' }), { from: '2026-11-01', to: '2026-11-30' });
    expect(Object.fromEntries(query)).toEqual({
      state: 'all',
      from: '2026-10-31T17:00:00.000Z',
      to: '2026-11-30T17:00:00.000Z',
    });
  });

  it('may be open on either side', () => {
    expect(String(withPeriod(new URLSearchParams(), { from: '', to: '' }))).toBe('');
  });
});

describe('the question of the alarm desk', () => {
  it('is what the list shows', () => {
    expect(String(askForOpen(NO_DESK_FILTER))).toBe('state=open&silenced=no');
    expect(String(askForOpen({ station: 'thanh-hai', priority: 'high', waiting: true }))).toBe(
      'state=unacknowledged&silenced=no&station=thanh-hai&priority=high',
    );
  });
});
