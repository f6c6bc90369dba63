/** Rosters by day of the week, new recipients, ids from names. */
import type { Match, NoticeRule, Recipient, Roster, Shift } from '../api/notification_contract';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

export const CLOCK_PATTERN = '([01][0-9]|2[0-3]):[0-5][0-9]';

/** Return what is typed as HH:MM: 24 hours whatever the browser's language, the colon by itself. */
export function typedClock(typed: string): string {
  const digits = typed.replace(/\D/g, '').slice(0, 4);
  if (digits.length < 3) return typed.endsWith(':') && digits.length === 2 ? `${digits}:` : digits;
  return `${digits.slice(0, 2)}:${digits.slice(2)}`;
}

export function newMatch(): Match {
  return { kinds: [], stations: [], cameras: [], min_priority: 'low' };
}

export function newRule(): NoticeRule {
  return { ...newMatch(), windows: [], step: 1 };
}

export function newRecipient(): Recipient {
  return {
    name: '',
    active: true,
    language: 'vi',
    mode: 'person',
    account: null,
    channels: [],
    rules: [newRule()],
    quiet: [],
    max_per_hour: 30,
  };
}

export function newRoster(): Roster {
  return { name: '', active: true, match: newMatch(), shifts: [], exceptions: [] };
}

/** Return an id for a name that no other has: «Nguyễn Thị Đào» gives nguyen-thi-dao. */
export function idFor(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/đ/g, 'd')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 34)
    .replace(/^-+|-+$/g, '');
  const stem = plain === '' ? 'nguoi-nhan' : plain;
  let id = stem;
  for (let number = 2; taken.includes(id); number += 1) id = `${stem}-${number}`;
  return id;
}

export interface DayShift {
  /** Place in the roster's list. */
  index: number;
  shift: Shift;
}

/** Return the shifts that begin on a weekday, by their hour, then by their step. */
export function shiftsOn(weekday: number, shifts: readonly Shift[]): DayShift[] {
  return shifts
    .map((shift, index) => ({ index, shift }))
    .filter(({ shift }) => shift.window.weekdays.length === 0 || shift.window.weekdays.includes(weekday))
    .sort(
      (one, other) =>
        one.shift.window.begin.localeCompare(other.shift.window.begin) ||
        one.shift.step - other.shift.step,
    );
}

/** Return the minutes of a weekday in which nobody has the first step, as spans HH:MM–HH:MM. */
export function gapsOn(weekday: number, shifts: readonly Shift[]): [string, string][] {
  const covered = new Uint8Array(1440);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  for (const { window, step } of shifts) {
    if (step !== 1) continue;
    const begin = minutes(window.begin);
    const length = (minutes(window.end) - begin + 1440) % 1440 || 1440;
    const days = window.weekdays;
    if (days.length === 0 || days.includes(weekday)) covered.fill(1, begin, Math.min(1440, begin + length));
    if (begin + length > 1440 && (days.length === 0 || days.includes(yesterday))) {
      covered.fill(1, 0, begin + length - 1440);
    }
  }
  const gaps: [string, string][] = [];
  for (let from = covered.indexOf(0); from !== -1; ) {
    const next = covered.indexOf(1, from);
    const to = next === -1 ? 1440 : next;
    gaps.push([clock(from), clock(to)]);
    from = to === 1440 ? -1 : covered.indexOf(0, to);
  }
  return gaps;
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
