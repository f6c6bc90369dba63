/** The page's copy of the centre under events and snapshots. */
import { describe, expect, it } from 'vitest';
import { applyAlarms, applyEvent, MOST_SETTLED, takeSnapshot } from '../src/state/centre';
import { alarm, channel, station } from './samples';

const NOW = Date.parse('2026-11-22T03:04:06Z');
const scan = (over: object = {}) => ({
  kind: 'scan' as const,
  scan: {
    station: 'thanh-hai',
    at: '2026-11-22T03:04:06Z',
    clock: 'unsynced' as const,
    readings: [{ c: 'cod', v: 60, u: 'mg/l', s: 'measuring' as const, q: 'suspect' as const, r: 'spike' as const }],
    ...over,
  },
});

describe('a scan', () => {
  const tss = channel({ name: 'tss' });
  const before = takeSnapshot([station({ channels: [channel(), tss] })], []);
  const after = applyEvent(before, scan(), NOW);

  it('renews the channels that it carries and no other', () => {
    expect(after.stations[0]?.channels[0]?.latest).toEqual({
      at: '2026-11-22T03:04:06Z',
      v: 60,
      s: 'measuring',
      q: 'suspect',
      r: 'spike',
    });
    expect(after.stations[0]?.channels[1]).toBe(tss);
  });
  it('tells when the station was heard and how its clock is', () => {
    expect(after.heardMs['thanh-hai']).toBe(NOW);
    expect(after.stations[0]?.clock).toBe('unsynced');
  });
  it('leaves the earlier copy untouched', () => {
    expect(before.stations[0]?.channels[0]?.latest?.v).toBe(52.5);
  });
  it('of an unknown station changes nothing', () => {
    expect(applyEvent(before, scan({ station: 'elsewhere' }), NOW)).toBe(before);
  });
});

describe('a station event', () => {
  it('renews a known station in its place and adds a new one at the end', () => {
    const centre = takeSnapshot([station({ id: 'a' }), station({ id: 'b' })], []);
    const silent = applyEvent(centre, { kind: 'station', station: station({ id: 'a', state: 'silent' }) }, NOW);
    const grown = applyEvent(silent, { kind: 'station', station: station({ id: 'c' }) }, NOW);
    expect(grown.stations.map((one) => `${one.id} ${one.state}`)).toEqual([
      'a silent',
      'b online',
      'c online',
    ]);
  });
});

describe('alarms', () => {
  it('are renewed by id, whether the id is a number or a string', () => {
    const centre = takeSnapshot([], [alarm({ id: 7 })]);
    const after = applyEvent(centre, { kind: 'alarm', alarm: alarm({ id: 7, acknowledged: true }) }, NOW);
    expect([...after.alarms.values()].map((one) => one.acknowledged)).toEqual([true]);
  });
  it('that are settled do not pile up, and open ones are never let go', () => {
    const settled = Array.from({ length: MOST_SETTLED + 50 }, (_, id) =>
      alarm({ id, active: false, acknowledged: true, open: false }),
    );
    const centre = applyAlarms(takeSnapshot([], [alarm({ id: 'open' })]), settled);
    expect(centre.alarms.size).toBe(MOST_SETTLED + 1);
    expect(centre.alarms.has('open')).toBe(true);
    expect(centre.alarms.has('0')).toBe(false);
  });
});

describe('a snapshot', () => {
  it('counts a station as heard when the server heard it', () => {
    const centre = takeSnapshot([station({ last_seen_at: '2026-11-22T03:04:05Z' })], []);
    expect(centre.heardMs).toEqual({ 'thanh-hai': Date.parse('2026-11-22T03:04:05Z') });
    expect(takeSnapshot([station({ last_seen_at: null })], []).heardMs).toEqual({});
  });
});
