/** Numbers, units, times and ages as people in the operations centre read them. */
import { en } from './en';
import { vi, type Catalogue } from './vi';

export type Language = 'vi' | 'en';

export const ZONE = 'Asia/Ho_Chi_Minh';
export const CATALOGUES: Record<Language, Catalogue> = { vi, en };
const LOCALES: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' };

const numbers = new Map<string, Intl.NumberFormat>();
const zoned = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Return `value` with exactly `decimals` places (0 … 6) in the language's notation. */
export function formatNumber(value: number, decimals: number, language: Language): string {
  const places = Math.max(0, Math.min(6, Math.trunc(decimals)));
  const key = `${language}${places}`;
  let format = numbers.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    numbers.set(key, format);
  }
  // Rounds first so that -0.001 is written 0.00, never -0.00.
  return format.format(Number(value.toFixed(places)) || 0);
}

/** Return a limit without trailing zeros: 75, 8.5, 0.05. */
export function formatLimit(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 4 }).format(value);
}

const UNITS: Record<string, string> = { oC: '°C', degC: '°C', C: '°C', percent: '%' };

/** Return a unit in its printed form: `m3/h` as m³/h, `oC` as °C. */
export function formatUnit(unit: string): string {
  return UNITS[unit] ?? unit.replace(/m3/g, 'm³').replace(/m2/g, 'm²');
}

/** The parts of an instant in the site's time zone, each as two (year: four) digits. */
export function siteParts(atMs: number): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string> {
  const parts = { year: '', month: '', day: '', hour: '', minute: '', second: '' };
  for (const { type, value } of zoned.formatToParts(atMs)) {
    if (type in parts) parts[type as keyof typeof parts] = value;
  }
  return parts;
}

/** Return the time of day, with the date in front when it is not today at the site. */
export function formatWhen(atMs: number, nowMs: number, seconds = true): string {
  const at = siteParts(atMs);
  const now = siteParts(nowMs);
  const time = `${at.hour}:${at.minute}${seconds ? `:${at.second}` : ''}`;
  if (at.year !== now.year) return `${at.day}/${at.month}/${at.year} ${time}`;
  if (at.month !== now.month || at.day !== now.day) return `${at.day}/${at.month} ${time}`;
  return time;
}

/** Return the full date and time at the site. */
export function formatDateTime(atMs: number): string {
  const at = siteParts(atMs);
  return `${at.day}/${at.month}/${at.year} ${at.hour}:${at.minute}:${at.second}`;
}

/** Return a span of time in one or two units: 12 s, 5 min, 2 h 10 min, 3 d 4 h. */
export function formatSpan(span_ms: number, text: Catalogue): string {
  const s = Math.max(0, Math.floor(span_ms / 1000));
  if (s < 60) return text.age.s(s);
  const min = Math.floor(s / 60);
  if (min < 60) return text.age.min(min);
  const h = Math.floor(min / 60);
  if (h < 24) return text.age.h(h, min % 60);
  return text.age.d(Math.floor(h / 24), h % 24);
}

/** Return the age of something as words: just now, 12 s ago. */
export function formatAge(age_ms: number, text: Catalogue): string {
  return age_ms < 2_000 ? text.justNow : text.ago(formatSpan(age_ms, text));
}

/** Return a length of time as the field names it: 5 min, 1 h, and 24 h rather than 1 d. */
export function formatPeriod(period_s: number, text: Catalogue): string {
  if (period_s % 3600 === 0) return text.age.h(period_s / 3600, 0);
  return period_s % 60 === 0 ? text.age.min(period_s / 60) : text.age.s(period_s);
}

/** Return what a limit is compared with: the value itself, or a rolling mean. */
export function formatBasis(basis: string, text: Catalogue): string {
  const seconds = /^mean_(\d+)s$/.exec(basis)?.[1];
  if (seconds === undefined) return basis === 'value' ? text.basis.value : basis;
  return text.basis.mean(formatPeriod(Number(seconds), text));
}
