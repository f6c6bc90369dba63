/** The alarm desk's order, filters, keys and lengths. */
import { describe, expect, it } from 'vitest';
import {
  byPriority,
  byPriorityThenAge,
  countByStation,
  deskKey,
  nextOrder,
  NO_DESK_FILTER,
  passes,
  shelvingChoices,
} from '../src/domain/alarm_desk';
import { alarmsEn } from '../src/text/alarms_en';
import { alarmsVi } from '../src/text/alarms_vi';
import { alarm } from './samples';

const key = (name: string, ctrlKey = false) => deskKey({ key: name, ctrlKey, altKey: false, metaKey: false });

describe('the order', () => {
  it('is by priority, then what waits, then the oldest', () => {
    const sorted = [
      alarm({ id: 'low', priority: 'low' }),
      alarm({ id: 'new', raised_at: '2026-11-22T03:05:00Z' }),
      alarm({ id: 'taken', attention: false, raised_at: '2026-11-22T01:00:00Z' }),
      alarm({ id: 'old' }),
      alarm({ id: 'urgent', priority: 'urgent', raised_at: '2026-11-22T03:09:00Z' }),
    ].sort(byPriorityThenAge);
    expect(sorted.map((one) => one.id)).toEqual(['urgent', 'old', 'new', 'taken', 'low']);
  });
  it('stays while somebody reads, and newcomers are counted', () => {
    expect(nextOrder(['b', 'a'], ['c', 'a', 'b'], true)).toEqual({ order: ['b', 'a'], newcomers: 1 });
    expect(nextOrder(['b', 'a'], ['c', 'a', 'b'], false)).toEqual({ order: ['c', 'a', 'b'], newcomers: 0 });
  });
  it('never leaves an empty page empty', () => {
    expect(nextOrder([], ['a'], true).order).toEqual(['a']);
  });
  it('is cut into priorities without empty ones', () => {
    const groups = byPriority([alarm({ priority: 'low' }), alarm({ priority: 'urgent' })]);
    expect(groups.map((group) => group.priority)).toEqual(['urgent', 'low']);
  });
});

describe('the filter', () => {
  it('narrows by station, priority and what is to be done', () => {
    const one = alarm({ attention: false });
    expect(passes(one, NO_DESK_FILTER)).toBe(true);
    expect(passes(one, { ...NO_DESK_FILTER, waiting: true })).toBe(false);
    expect(passes(one, { ...NO_DESK_FILTER, station: 'other' })).toBe(false);
    expect(passes(one, { ...NO_DESK_FILTER, priority: 'low' })).toBe(false);
  });
  it('counts by station, most first', () => {
    const list = [alarm({ station: 'b' }), alarm({ station: 'a' }), alarm({ station: 'b' })];
    expect(countByStation(list)).toEqual([['b', 2], ['a', 1]]);
  });
});

describe('a key', () => {
  it('does what the hints say, and nothing as part of a chord', () => {
    expect(['j', 'k', 'a', 's', 'd', 'r'].map((name) => key(name))).toEqual([
      'next',
      'previous',
      'acknowledge',
      'shelve',
      'details',
      'resort',
    ]);
    expect(key('a', true)).toBeNull();
    expect(key('x')).toBeNull();
  });
});

describe('shelving', () => {
  it('offers no more than the definition allows', () => {
    expect(shelvingChoices(2 * 3600)).toEqual([900, 3600, 7200]);
    expect(shelvingChoices(600)).toEqual([600]);
    expect(shelvingChoices(0)).toEqual([]);
  });
});

describe('the texts', () => {
  it('name every step of the journal in both languages', () => {
    expect(Object.keys(alarmsEn.actions)).toEqual(Object.keys(alarmsVi.actions));
  });
});
