/** Pictures, clips and cameras: what may be shown, where the moment lies, what is wrong. */
import { describe, expect, it } from 'vitest';
import { byTrouble, isPreviewStale, isTroubled } from '../src/domain/camera_health';
import { clipClock, clipMarks, frameLength_s, wallClockMs } from '../src/domain/clip_time';
import { clipOf, freeSnapshot, isSnapshotAwaited, snapshots } from '../src/domain/evidence';
import { cameraMark, priorityMark, verdictMark } from '../src/domain/security_marks';
import { applySecurity, takeSecurity } from '../src/state/security';
import { formatBytes, ruleName, troubles } from '../src/text/desk';
import { deskEn } from '../src/text/desk_en';
import { deskVi } from '../src/text/desk_vi';
import { cameraName } from '../src/text/names';
import { vi } from '../src/text/vi';
import { camera, file, securityEvent } from './samples';

describe('pictures', () => {
  it('are shown with the box first, and to nobody unasked where none is blurred', () => {
    const event = { evidence: [file('snapshot'), file('snapshot_boxed')] };
    expect(snapshots(event)).toEqual(['boxed', 'plain']);
    expect(freeSnapshot(event)).toBeNull();
  });
  it('are shown blurred first where there is a blurred one', () => {
    const event = { evidence: [file('snapshot_boxed'), file('snapshot_blurred')] };
    expect(freeSnapshot(event)).toBe('blurred');
  });
  it('of people are not shown unblurred only because the blurred one is late', () => {
    const event = { evidence: [file('snapshot_boxed'), file('snapshot_blurred', false)] };
    expect(freeSnapshot(event)).toBeNull();
    expect(isSnapshotAwaited(event)).toBe(true);
  });
});

describe('a clip', () => {
  const clip = (arrived: boolean, media = 'video/mp4') => file('clip', arrived, media);
  it('is ready, on its way, made later, absent, or deleted when its time was over', () => {
    const state = (evidence: ReturnType<typeof file>[], phase: 'new' | 'end') =>
      clipOf({ evidence, phase }, 'h264').state;
    expect(state([clip(true)], 'end')).toBe('ready');
    expect(state([clip(false)], 'end')).toBe('arriving');
    expect(state([], 'new')).toBe('later');
    expect(state([], 'end')).toBe('absent');
    expect(state([{ ...clip(true), deleted: true }], 'end')).toBe('deleted');
  });
  it('of an H.265 camera is said to be so, unless a copy for playback is here', () => {
    const evidence = [clip(true)];
    expect(clipOf({ evidence, phase: 'end' }, 'hevc').isH265).toBe(true);
    expect(clipOf({ evidence: [clip(true, 'video/mp4; codecs="hvc1"')], phase: 'end' }, '').isH265).toBe(true);
    const both = [...evidence, file('clip_playback', true, 'video/mp4')];
    expect(clipOf({ evidence: both, phase: 'end' }, 'hevc').isH265).toBe(false);
  });
  it('is marked at the moment and at the end', () => {
    expect(clipMarks(securityEvent(), 30)).toEqual({ moment_s: 5, end_s: 25, holdsMoment: true });
  });
  it('that stops early has no end mark; one that misses the moment says so', () => {
    expect(clipMarks(securityEvent(), 12)).toEqual({ moment_s: 5, end_s: null, holdsMoment: true });
    expect(clipMarks(securityEvent(), 3)).toMatchObject({ moment_s: 3, holdsMoment: false });
  });
  it('without a beginning or a length has no marks', () => {
    expect(clipMarks(securityEvent({ clip_began_at: null }), 30)).toBeNull();
    expect(clipMarks(securityEvent(), 0)).toBeNull();
    expect(clipMarks(securityEvent(), Infinity)).toBeNull();
  });
  it('tells time on its own clock and on the wall', () => {
    expect(clipClock(67.49, ',')).toBe('1:07,4');
    expect(clipClock(-1, '.')).toBe('0:00.0');
    expect(wallClockMs(securityEvent(), 5)).toBe(Date.parse('2026-11-22T03:00:00Z'));
  });
  it('steps by one picture of the stream', () => {
    expect(frameLength_s(25)).toBe(0.04);
    expect(frameLength_s(0)).toBe(0.04);
  });
});

describe('a camera', () => {
  it('is told by shape and word, and unknown without a link', () => {
    expect(cameraMark(camera({ state: 'down' }), true, vi)).toMatchObject({ shape: 'cross', word: 'Mất hình' });
    expect(cameraMark(camera({ state: 'down' }), false, vi).word).toBe('Chưa rõ');
    expect(cameraMark(camera({ distrust: ['covered'] }), true, vi).word).toBe('Hình không tin cậy');
  });
  it('explains its troubles in plain words, also those it does not know', () => {
    const troubled = camera({ cause: 'unauthorised', distrust: ['frozen', 'bent'] });
    expect(troubles(troubled, 'vi')).toEqual(['sai tên hoặc mật khẩu camera', 'hình đứng yên', 'bent']);
    expect(troubles(camera(), 'vi')).toEqual([]);
  });
  it('that is blind stands before one that is impaired', () => {
    const list = [camera({ id: 'c' }), camera({ id: 'b', state: 'degraded' }), camera({ id: 'a', state: 'silent' })];
    expect(list.filter(isTroubled).sort(byTrouble).map((one) => one.id)).toEqual(['a', 'b']);
  });
  it('has a picture that grows old', () => {
    expect(isPreviewStale(1_000, 6_000)).toBe(false);
    expect(isPreviewStale(1_000, 8_000)).toBe(true);
    expect(isPreviewStale(null, 0)).toBe(true);
  });
  it('is called by its id where nobody knows its name', () => {
    expect(cameraName([camera()], 'viettel-360', 'vi')).toBe('Camera 360° Viettel');
    expect(cameraName([], 'viettel-360', 'vi')).toBe('viettel-360');
  });
});

describe('cameras and open events on the page', () => {
  const going = securityEvent({ phase: 'new', ended_at: null });
  const before = takeSecurity([camera()], [going]);
  it('follow the stream', () => {
    const down = applySecurity(before, { kind: 'camera', camera: camera({ state: 'down' }) });
    expect(down.cameras.map((one) => one.state)).toEqual(['down']);
    const grown = applySecurity(down, { kind: 'camera', camera: camera({ id: 'vnpt-360' }) });
    expect(grown.cameras).toHaveLength(2);
  });
  it('let an event go when it ends, and not for an older revision', () => {
    const end = securityEvent({ revision: 2 });
    expect(applySecurity(before, { kind: 'event', event: end }).open.size).toBe(0);
    const newer = takeSecurity([], [{ ...going, revision: 5 }]);
    expect(applySecurity(newer, { kind: 'event', event: end })).toBe(newer);
  });
  it('do not begin to count an event that is over', () => {
    const empty = takeSecurity([], []);
    expect(applySecurity(empty, { kind: 'event', event: securityEvent() })).toBe(empty);
    expect(applySecurity(empty, { kind: 'event', event: going }).open.size).toBe(1);
  });
});

describe('words of the desk', () => {
  it('name a rule in the language, else by its kind', () => {
    expect(ruleName(securityEvent(), 'en')).toBe('Intrusion at the main gate');
    expect(ruleName({ name_vi: '', name_en: '', kind: 'crowd' }, 'vi')).toBe('Tụ tập đông người');
    expect(ruleName({ name_vi: '', name_en: '', kind: 'smoke' }, 'vi')).toBe('smoke');
  });
  it('tell every verdict and priority by its own shape', () => {
    const shapes = ([null, 'true', 'false', 'unclear'] as const).map((one) => verdictMark(one, vi).shape);
    expect(new Set(shapes).size).toBe(4);
    const grave = (['low', 'medium', 'high'] as const).map((one) => priorityMark(one, vi).shape);
    expect(new Set(grave).size).toBe(3);
  });
  it('give sizes in units that people read', () => {
    expect(formatBytes(412_345, 'vi')).toBe('412 kB');
    expect(formatBytes(12_400_000, 'vi')).toBe('12,4 MB');
  });
  it('say something in every entry of both languages, and know the same words', () => {
    const paths = (tree: object, path: string): string[] =>
      Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null
          ? paths(value, `${path}.${key}`)
          : [value === '' ? `${path}.${key} is empty` : `${path}.${key}`],
      );
    expect(paths(deskEn, '')).toEqual(paths(deskVi, ''));
    expect(paths(deskVi, '').filter((path) => path.endsWith('is empty'))).toEqual([]);
  });
});
