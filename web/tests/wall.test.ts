import { describe, expect, it } from 'vitest';
import type { ChannelView, Emphasis } from '../src/domain/channel_view';
import { burnInShift, chosen, duePage, onPage, pageCount, shownChannels } from '../src/domain/wall';
import { applyAlarms, EMPTY_CENTRE, MOST_KEPT } from '../src/state/centre';
import { parseHash, toHash } from '../src/state/route';
import { WHOLE_WALL } from '../src/state/view_route';
import { alarm } from './samples';

const view = (name: string, emphasis: Emphasis): ChannelView => ({ name, emphasis }) as ChannelView;

describe('the wall', () => {
  it('shows what the address names, in that order, and leaves out what is unknown', () => {
    const known = ['a', 'b', 'c'].map((id) => ({ id }));
    expect(chosen(known, ['c', 'x', 'a']).map((one) => one.id)).toEqual(['c', 'a']);
    expect(chosen(known, [])).toHaveLength(3);
  });

  it('turns every page in its time, and lists with fewer pages begin again', () => {
    expect(pageCount(9, 2)).toBe(3);
    expect(pageCount(0, 0)).toBe(1);
    expect([0, 1, 2, 3].map((turn) => duePage(turn * 20_000, 20, 3, 0))).toEqual([0, 1, 2, 0]);
    expect(duePage(0, 20, 3, -1)).toBe(2);
    expect(onPage(['k1', 'k2', 'k3'], 2, 2)).toEqual(['k1', 'k2']);
  });

  it('never hides a channel in alarm behind one that is well', () => {
    const views = [...Array(9)].map((_, index) => view(`c${index}`, index === 8 ? 'limit' : 'none'));
    const { shown, hidden } = shownChannels(views, 8);
    expect(shown.map((one) => one.name)).toContain('c8');
    expect(shown.map((one) => one.name)).toEqual([...shown.map((one) => one.name)].sort());
    expect(hidden).toBe(1);
  });

  it('shifts its picture by a pixel a minute through 81 places within 4 pixels', () => {
    const places = [...Array(81)].map((_, minute) => burnInShift(minute * 60_000));
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBe(81);
    for (const [index, { x, y }] of places.entries()) {
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(4);
      const next = places[index + 1];
      if (next) expect(Math.abs(next.x - x) + Math.abs(next.y - y)).toBe(1);
    }
  });

  it('keeps its choice in the address', () => {
    const route = { page: 'wall', stations: ['a', 'ống-2'], cameras: ['k,1'], every_s: 45 } as const;
    expect(parseHash(toHash({ ...route, stations: [...route.stations], cameras: [] }))).toEqual({ ...route, cameras: [] });
    expect(toHash(WHOLE_WALL)).toBe('#/wall');
    expect(parseHash('#/wall?every=1')).toMatchObject({ every_s: 5 });
    expect(parseHash('#/wall?every=abc')).toEqual(WHOLE_WALL);
  });

  it('keeps a bounded number of alarms in a flood that nobody acknowledges', () => {
    let centre = EMPTY_CENTRE;
    for (let id = 0; id < MOST_KEPT + 500; id += 1) centre = applyAlarms(centre, [alarm({ id: `a${id}` })]);
    expect(centre.alarms.size).toBe(MOST_KEPT);
    expect(centre.alarms.has(`a${MOST_KEPT + 499}`)).toBe(true);
  });
});
