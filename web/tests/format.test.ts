/** Numbers, times and units as they are read in the operations centre. */
import { describe, expect, it } from 'vitest';
import { en } from '../src/text/en';
import {
  formatAge,
  formatBasis,
  formatDateTime,
  formatLimit,
  formatNumber,
  formatSpan,
  formatUnit,
  formatWhen,
} from '../src/text/format';
import { vi } from '../src/text/vi';

describe('numbers', () => {
  it('have a decimal comma and grouping dots in Vietnamese', () => {
    expect(formatNumber(30371.6, 2, 'vi')).toBe('30.371,60');
    expect(formatNumber(30371.6, 2, 'en')).toBe('30,371.60');
  });
  it('never read minus zero', () => {
    expect(formatNumber(-0.001, 2, 'vi')).toBe('0,00');
  });
  it('keep the places within what the formatter bears', () => {
    expect(formatNumber(1.5, 99, 'en')).toBe('1.500000');
    expect(formatNumber(1.5, -1, 'en')).toBe('2');
  });
  it('of limits carry no idle zeros', () => {
    expect(formatLimit(75, 'vi')).toBe('75');
    expect(formatLimit(0.05, 'vi')).toBe('0,05');
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-22T03:04:05Z');
  it('are those of the site, without the date today', () => {
    expect(formatWhen(now, now)).toBe('10:04:05');
  });
  it('carry the date when it is another day at the site, not in UTC', () => {
    expect(formatWhen(Date.parse('2026-11-21T16:59:59Z'), now)).toBe('21/11 23:59:59');
    expect(formatWhen(Date.parse('2026-11-21T17:00:00Z'), now)).toBe('00:00:00');
  });
  it('carry the year when it is another year', () => {
    expect(formatWhen(Date.parse('2025-11-22T03:04:05Z'), now, false)).toBe('22/11/2025 10:04');
    expect(formatDateTime(now)).toBe('22/11/2026 10:04:05');
  });
});

describe('spans', () => {
  it('use one or two units', () => {
    expect(formatSpan(59_999, vi)).toBe('59 giây');
    expect(formatSpan(3_600_000, vi)).toBe('1 giờ');
    expect(formatSpan(3_660_000, vi)).toBe('1 giờ 1 phút');
    expect(formatSpan(90_000_000, en)).toBe('1 d 1 h');
  });
  it('of a clock that runs ahead are not negative', () => {
    expect(formatAge(-5_000, vi)).toBe('vừa xong');
    expect(formatSpan(-5_000, vi)).toBe('0 giây');
  });
});

describe('units and bases', () => {
  it('are printed as people write them', () => {
    expect(formatUnit('m3/h')).toBe('m³/h');
    expect(formatUnit('mg/Nm3')).toBe('mg/Nm³');
    expect(formatUnit('oC')).toBe('°C');
    expect(formatUnit('')).toBe('');
  });
  it('name the mean that a limit is compared with', () => {
    expect(formatBasis('mean_86400s', vi)).toBe('TB 24 giờ');
    expect(formatBasis('mean_300s', en)).toBe('5 min mean');
    expect(formatBasis('value', vi)).toBe('tức thời');
    expect(formatBasis('median', vi)).toBe('median');
  });
});

describe('catalogues', () => {
  it('say something in every entry of both languages', () => {
    const empty = (tree: object, path: string): string[] =>
      Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
        if (typeof value === 'object' && value !== null) return empty(value, `${path}.${key}`);
        return value === '' ? [`${path}.${key}`] : [];
      });
    expect([...empty(vi, 'vi'), ...empty(en, 'en')]).toEqual([]);
  });
});
