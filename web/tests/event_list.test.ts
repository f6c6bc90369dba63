/** The list of security events: groups, filters in the address, live changes, keys. */
import { describe, expect, it } from 'vitest';
import type { SecurityEvent } from '../src/api/security_contract';
import { listAction, verdictOfKey } from '../src/domain/desk_keys';
import { withLive, withPage } from '../src/domain/event_feed';
import {
  askFor,
  conditions,
  NO_FILTER,
  passes,
  readFilter,
  writeFilter,
  type EventFilter,
} from '../src/domain/event_filter';
import { groupEvents } from '../src/domain/event_groups';
import { lastedMs, newestFirst } from '../src/domain/event_order';
import { fromSiteField, toSiteField } from '../src/domain/site_time';
import { parseHash, toHash } from '../src/state/route';
import { securityEvent } from './samples';

const NOW = Date.parse('2026-11-22T04:00:00Z');
const at = (minute: number, over: Partial<SecurityEvent> = {}): SecurityEvent =>
  securityEvent({
    id: `event-${minute}-${over.camera ?? ''}`,
    began_at: new Date(Date.parse('2026-11-22T03:00:00Z') + minute * 60_000).toISOString(),
    ...over,
  });

describe('groups', () => {
  it('gather what one rule of one camera repeats within minutes', () => {
    const [group, ...rest] = groupEvents([at(8), at(4), at(0)]);
    expect(rest).toEqual([]);
    expect(group?.events).toHaveLength(3);
    expect(group?.newest.id).toBe(at(8).id);
  });
  it('end where it was quiet for longer, and keep the order of their newest', () => {
    const groups = groupEvents([at(30), at(28), at(10), at(9)]);
    expect(groups.map((group) => group.events.length)).toEqual([2, 2]);
  });
  it('never mix cameras or rules, even where their events alternate', () => {
    const groups = groupEvents([
      at(3),
      at(2, { camera: 'vnpt-360' }),
      at(1),
      at(0, { camera: 'vnpt-360' }),
      at(0, { rule: 'vuot-rao' }),
    ]);
    expect(groups.map((group) => group.events.length)).toEqual([2, 2, 1]);
  });
  it('begin anew after an hour, so that a flood does not hide the hours', () => {
    const flood = Array.from({ length: 41 }, (_, index) => at(80 - index * 2));
    expect(groupEvents(flood).map((group) => group.events.length)).toEqual([31, 10]);
  });
  it('keep their name when a newer event joins', () => {
    const [before] = groupEvents([at(4), at(0)]);
    const [after] = groupEvents([at(6), at(4), at(0)]);
    expect(after?.id).toBe(before?.id);
  });
  it('are as grave as their gravest, go on as long as one does, and count what is unreviewed', () => {
    const [group] = groupEvents([
      at(3, { verdict: 'false' }),
      at(2, { priority: 'high' }),
      at(1, { phase: 'update', ended_at: null }),
    ]);
    expect(group).toMatchObject({ priority: 'high', ongoing: true, unreviewed: 2 });
  });
});

describe('a filter', () => {
  const full: EventFilter = {
    camera: 'viettel-360',
    rule: 'dot-nhap',
    kind: 'intrusion',
    verdict: 'none',
    phase: 'open',
    priority: 'high',
    span: 'own',
    from: '2026-11-22T09:00',
    to: '2026-11-22T11:30',
  };
  it('survives the address', () => {
    for (const filter of [NO_FILTER, full, { ...NO_FILTER, span: '24h' as const }, { ...NO_FILTER, span: 'own' as const }]) {
      expect(readFilter(writeFilter(filter))).toEqual(filter);
      expect(parseHash(toHash({ page: 'events', filter }))).toEqual({ page: 'events', filter });
    }
  });
  it('ignores what no gateway would understand', () => {
    const filter = readFilter(new URLSearchParams('verdict=maybe&phase=x&span=3y&from=yesterday&priority=1'));
    expect(filter).toEqual(NO_FILTER);
  });
  it('asks the gateway in UTC for what was typed in the time of the site', () => {
    const query = askFor(full, NOW);
    expect(query.get('from')).toBe('2026-11-22T02:00:00.000Z');
    expect(query.get('to')).toBe('2026-11-22T04:30:00.000Z');
    expect(query.get('verdict')).toBe('none');
  });
  it('of the last day moves with the clock', () => {
    const query = askFor({ ...NO_FILTER, span: '24h' }, NOW);
    expect(query.get('from')).toBe('2026-11-21T04:00:00.000Z');
    expect(query.has('to')).toBe(false);
  });
  it('lets through on the page what the gateway would list', () => {
    const event = securityEvent({ phase: 'update', ended_at: null, priority: 'high' });
    expect(passes(event, full, NOW)).toBe(true);
    for (const over of [
      { camera: 'other' },
      { rule: 'other' },
      { kind: 'crowd' },
      { verdict: 'true' as const },
      { phase: 'end' as const },
      { priority: 'low' as const },
      { began_at: '2026-11-22T01:59:59Z' },
      { began_at: '2026-11-22T04:30:00Z' },
    ]) {
      expect(passes({ ...event, ...over }, full, NOW)).toBe(false);
    }
  });
  it('counts its conditions, a time range once', () => {
    expect(conditions(NO_FILTER)).toBe(0);
    expect(conditions(full)).toBe(7);
    expect(conditions({ ...NO_FILTER, span: '7d' })).toBe(1);
  });
});

describe('times that people type', () => {
  it('are those of the site', () => {
    expect(fromSiteField('2026-11-22T10:04')).toBe(Date.parse('2026-11-22T03:04:00Z'));
    expect(toSiteField(Date.parse('2026-11-21T17:30:00Z'))).toBe('2026-11-22T00:30');
  });
  it('may be unfinished', () => {
    expect(fromSiteField('2026-11')).toBeNull();
    expect(fromSiteField('2026-99-99T99:99')).toBeNull();
  });
});

describe('a live event', () => {
  const options = { nowMs: NOW, hasMore: false, kept: new Set<string>() };
  it('enters at its time and is new once', () => {
    const listed = [at(5), at(1)];
    const change = withLive(listed, at(9), NO_FILTER, options);
    expect(change.isNew).toBe(true);
    expect(change.listed[0]?.id).toBe(at(9).id);
    const again = withLive(change.listed, { ...at(9), revision: 2 }, NO_FILTER, options);
    expect(again).toMatchObject({ isNew: false });
    expect(again.listed).toHaveLength(3);
  });
  it('of an older revision changes nothing', () => {
    const listed = [at(5, { revision: 3 })];
    const { listed: after } = withLive(listed, at(5, { revision: 2, detail: 'old' }), NO_FILTER, options);
    expect(after).toEqual(listed);
  });
  it('leaves when the filter no longer lets it through, unless somebody has just judged it', () => {
    const filter = { ...NO_FILTER, verdict: 'none' as const };
    const judged = at(5, { verdict: 'false', verdict_by: 'A' });
    expect(withLive([at(5)], judged, filter, options).listed).toEqual([]);
    const kept = withLive([at(5)], judged, filter, { ...options, kept: new Set([judged.id]) });
    expect(kept.listed).toEqual([judged]);
  });
  it('older than the end of the list waits for its page', () => {
    const change = withLive([at(9), at(5)], at(1), NO_FILTER, { ...options, hasMore: true });
    expect(change).toMatchObject({ isNew: false });
    expect(change.listed).toHaveLength(2);
  });
  it('that came while a page travelled is not overwritten by the page', () => {
    const newer = at(5, { revision: 2, detail: 'newer' });
    expect(withPage([newer], [at(5), at(3)]).map((event) => event.detail)).toEqual(['newer', '']);
  });
});

describe('order and duration', () => {
  it('put the newest first, and equal moments in one order', () => {
    const a = at(1, { id: 'a-000001' });
    const b = at(1, { id: 'b-000001' });
    expect([a, b, at(2)].sort(newestFirst)).toEqual([at(2), b, a]);
    expect([b, a, at(2)].sort(newestFirst)).toEqual([at(2), b, a]);
  });
  it('count an incident that goes on up to now, and never below zero', () => {
    expect(lastedMs(securityEvent(), NOW)).toBe(20_000);
    expect(lastedMs(securityEvent({ ended_at: null }), NOW)).toBe(3_600_000);
    expect(lastedMs(securityEvent({ ended_at: null, began_at: '2026-11-22T05:00:00Z' }), NOW)).toBe(0);
  });
});

describe('keys', () => {
  const press = (key: string, over = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...over });
  it('walk, judge and open groups', () => {
    expect(listAction(press('j'))).toEqual({ kind: 'move', step: 1, onlyInList: false });
    expect(listAction(press('ArrowUp'))).toEqual({ kind: 'move', step: -1, onlyInList: true });
    expect(listAction(press('f'))).toEqual({ kind: 'verdict', verdict: 'false' });
    expect(listAction(press('g'))).toEqual({ kind: 'group' });
    expect(listAction(press('x'))).toBeNull();
  });
  it('leave the browser its own', () => {
    expect(listAction(press('f', { ctrlKey: true }))).toBeNull();
    expect(verdictOfKey(press('t', { metaKey: true }))).toBeNull();
  });
});
