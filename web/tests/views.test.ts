/** Rows, lists and addresses. */
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../src/api/backoff';
import { byUrgency, countUnacknowledged, isOpen } from '../src/domain/alarm_order';
import { channelView, gravestAlarm } from '../src/domain/channel_view';
import { parseHash, toHash, type Route } from '../src/state/route';
import { channelLabel } from '../src/text/names';
import { vi } from '../src/text/vi';
import { alarm, channel } from './samples';

const context = {
  nowMs: Date.parse('2026-11-22T03:04:07Z'),
  stale: false,
  language: 'vi' as const,
  text: vi,
};
const latest = channel().latest;

describe('a row', () => {
  it('has value, unit, limit and age', () => {
    expect(channelView(channel(), null, context)).toMatchObject({
      value: '52,50',
      unit: 'mg/l',
      limit: '≤ 75',
      age: '2 giây trước',
      emphasis: 'none',
      marks: [],
    });
  });
  it('tells an alarm by shape and word', () => {
    const view = channelView(channel(), alarm(), context);
    expect(view.emphasis).toBe('limit');
    expect(view.marks).toEqual([{ shape: 'octagon', tone: 'limit', word: 'vượt ngưỡng' }]);
  });
  it('says since when a stale value stands, and drops every emphasis', () => {
    const view = channelView(channel(), alarm(), { ...context, stale: true });
    expect(view).toMatchObject({ emphasis: 'stale', age: 'từ 10:04:05' });
  });
  it('shows a dash and never a number for a channel that could not be read', () => {
    const lost = channel({ latest: { at: latest!.at, v: null, s: 'comms_lost', q: 'bad', r: 'timeout' } });
    const view = channelView(lost, null, context);
    expect(view).toMatchObject({ value: '—', hasValue: false, emphasis: 'aside', reason: 'thiết bị không trả lời' });
    expect(view.bar?.fraction).toBeNull();
    expect(view.marks.map((mark) => mark.word)).toEqual(['mất tín hiệu đo']);
  });
  it('sets a value aside that was read while calibrating', () => {
    const view = channelView(channel({ latest: { ...latest!, s: 'calibrating' } }), null, context);
    expect(view).toMatchObject({ emphasis: 'aside', value: '52,50' });
    expect(view.marks.map((mark) => mark.word)).toEqual(['hiệu chuẩn']);
  });
  it('gives the reason of a doubt', () => {
    const view = channelView(channel({ latest: { ...latest!, q: 'suspect', r: 'stuck' } }), null, context);
    expect(view.marks.map((mark) => mark.word)).toEqual(['nghi ngờ: không đổi']);
  });
  it('marks a limit that nobody verified, and the mean it is compared with', () => {
    const limits = [{ ...channel().limits[1]!, verified: false, basis: 'mean_3600s' }];
    expect(channelView(channel({ limits }), null, context)).toMatchObject({
      limitUnverified: true,
      limitBasis: 'TB 1 giờ',
    });
  });
  it('bears a channel that has never been read', () => {
    expect(channelView(channel({ latest: null }), null, context)).toMatchObject({
      value: '—',
      age: 'chưa có số liệu',
    });
  });
  it('takes the symbol where the label is too long for the wall', () => {
    const long = channel({ label_vi: 'Nhu cầu oxy hóa học (COD)' });
    expect(channelLabel(long, 'vi')).toBe('COD');
    expect(channelLabel(channel({ label_vi: '', symbol: '' }), 'vi')).toBe('cod');
  });
});

describe('alarms', () => {
  it('put the unacknowledged first, then the active, then the graver, then the newer', () => {
    const sorted = [
      alarm({ id: 'taken', acknowledged: true, attention: false }),
      alarm({ id: 'over', active: false }),
      alarm({ id: 'warn', level: 'warn', priority: 'medium' }),
      alarm({ id: 'older' }),
      alarm({ id: 'newer', raised_at: '2026-11-22T03:01:00Z' }),
    ].sort(byUrgency);
    expect(sorted.map((one) => one.id)).toEqual(['newer', 'older', 'warn', 'over', 'taken']);
  });
  it('are open while they last or nobody took them', () => {
    expect(isOpen(alarm({ active: false, acknowledged: true, open: false }))).toBe(false);
    expect(isOpen(alarm({ active: true, acknowledged: true }))).toBe(true);
    expect(countUnacknowledged([alarm(), alarm({ acknowledged: true, attention: false })])).toBe(1);
  });
  it('give a channel its gravest active one', () => {
    const alarms = [alarm({ id: 1, level: 'warn' }), alarm({ id: 2 }), alarm({ id: 3, active: false })];
    expect(gravestAlarm(alarms, 'thanh-hai', 'cod')?.id).toBe(2);
    expect(gravestAlarm(alarms, 'thanh-hai', 'tss')).toBeNull();
  });
});

describe('addresses', () => {
  it.each<Route>([
    { page: 'overview' },
    { page: 'system' },
    { page: 'alarms', filter: 'all' },
    { page: 'alarms', filter: 'open' },
    { page: 'station', station: 'thanh-hai', channel: 'nh4_n', range: '7d' },
    { page: 'station', station: 'thanh-hai', channel: null, range: '1h' },
    { page: 'station', station: 'thanh-hai', channel: 'cod', range: '15m' },
  ])('lead back to %j', (route) => {
    expect(parseHash(toHash(route))).toEqual(route);
  });
  it.each(['', '#', '#/nowhere', '#/stations', '#/stations/%E0%A4%A'])('bear nonsense: %s', (hash) => {
    expect(['overview', 'station']).toContain(parseHash(hash).page);
  });
});

describe('back-off', () => {
  it('doubles, is capped and never vanishes', () => {
    expect(retryDelayMs(0, 1)).toBe(500);
    expect(retryDelayMs(1, 1)).toBe(1_000);
    expect(retryDelayMs(1_000, 1)).toBe(10_000);
    expect(retryDelayMs(0, 0)).toBe(250);
  });
});
