/** Rosters by day, ids from names, the page's addresses. */
import { describe, expect, it } from 'vitest';
import type { Shift } from '../src/api/notification_contract';
import { gapsOn, idFor, shiftsOn, typedClock } from '../src/domain/notices';
import { errorWords } from '../src/domain/notice_marks';
import { notificationEn } from '../src/text/notification_en';
import { notificationVi } from '../src/text/notification_vi';
import { NOTICE_TABS, parseHash, toHash } from '../src/state/route';

const shift = (begin: string, end: string, weekdays: number[] = [], step = 1): Shift => ({
  window: { weekdays, begin, end },
  recipient: 'lan',
  step,
});

describe('an id', () => {
  it('comes from a Vietnamese name and is nobody else’s', () => {
    expect(idFor('Nguyễn Thị Đào', [])).toBe('nguyen-thi-dao');
    expect(idFor('Nguyễn Thị Đào', ['nguyen-thi-dao'])).toBe('nguyen-thi-dao-2');
    expect(idFor('!!!', [])).toBe('nguoi-nhan');
    expect(idFor('a'.repeat(80), [])).toHaveLength(34);
  });
});

describe('an hour', () => {
  it('is typed with digits alone, and can be taken back', () => {
    expect(['2', '22', '220', '2200', '22:00', '22:00x', '22:', '22:0'].map(typedClock)).toEqual([
      '2', '22', '22:0', '22:00', '22:00', '22:00', '22:', '22:0',
    ]);
  });
});

describe('a failure', () => {
  it('is told in the reader’s language, and as it came where it is unknown', () => {
    expect(errorWords('the receiver answered 503', notificationVi)).toBe('bên nhận trả lời mã 503');
    expect(errorWords('no answer within 10 s', notificationVi)).toBe('không trả lời trong 10 giây');
    expect(errorWords('something new', notificationVi)).toBe('something new');
    expect(errorWords('the receiver answered 503', notificationEn)).toBe('the receiver answered 503');
  });
});

describe('a week', () => {
  it('shows the shifts of a day by hour and step', () => {
    const shifts = [shift('18:00', '06:00'), shift('06:00', '18:00', [1, 2]), shift('06:00', '18:00', [], 2)];
    expect(shiftsOn(1, shifts).map((one) => one.index)).toEqual([1, 2, 0]);
    expect(shiftsOn(7, shifts).map((one) => one.index)).toEqual([2, 0]);
  });
  it('has no gap where day and night shifts meet', () => {
    expect(gapsOn(1, [shift('06:00', '18:00'), shift('18:00', '06:00')])).toEqual([]);
    expect(gapsOn(3, [shift('00:00', '00:00')])).toEqual([]);
  });
  it('names the hours in which nobody has the first step', () => {
    const shifts = [shift('06:00', '18:00', [1]), shift('22:00', '05:00', [7]), shift('00:00', '00:00', [], 2)];
    expect(gapsOn(1, shifts)).toEqual([
      ['05:00', '06:00'],
      ['18:00', '24:00'],
    ]);
    expect(gapsOn(2, shifts)).toEqual([['00:00', '24:00']]);
  });
});

describe('the address', () => {
  it('is read back unchanged', () => {
    for (const tab of NOTICE_TABS) expect(parseHash(toHash({ page: 'notices', tab }))).toEqual({ page: 'notices', tab });
    expect(parseHash('#/notices/nonsense')).toEqual({ page: 'notices', tab: 'recipients' });
  });
});
