import { describe, expect, it } from 'vitest';
import type { LetterChart, Section } from '../src/api/reports_contract';
import { drawCurve } from '../src/domain/letter_curve';
import { draftOf, readNumber, valuesOf } from '../src/domain/report_form';
import { parseHash, toHash } from '../src/state/route';

const SECTION: Section = {
  key: 'k',
  number: 1,
  title: 'T',
  owner: 'o',
  owner_name: '',
  source: 'form',
  state: 'carried',
  owed: true,
  fields: [
    { key: 'n', name_vi: 'Số', unit: '', kind: 'number' },
    { key: 't', name_vi: 'Chữ', unit: '', kind: 'text' },
  ],
  tables: [{ key: 'b', columns: ['Lĩnh vực', 'Nhận', 'Xong'], rows: ['Một', 'Hai'] }],
  values: { n: 1.125, t: 'ổn', b: [[1, 2], [3, 4]] },
  text: 'thêm',
  by: '',
  at: null,
  fault: '',
  revision: 0,
};

describe('a section form', () => {
  it('gives back what it was filled with', () => {
    expect(valuesOf(SECTION, draftOf(SECTION))).toEqual({ values: SECTION.values, wrong: null });
  });

  it('refuses a number that may mean two things', () => {
    expect(readNumber('1.600')).toBeNull();
    expect(readNumber('12,5')).toBe(12.5);
    expect(readNumber('abc')).toBeNull();
    const draft = draftOf(SECTION);
    draft.fields['n'] = '1.600';
    expect(valuesOf(SECTION, draft).wrong).toBe('Số');
  });

  it('leaves an empty table out and counts an empty cell as 0', () => {
    const draft = draftOf({ ...SECTION, values: {} });
    expect(valuesOf(SECTION, draft).values).toEqual({});
    draft.tables['b'] = [['1', ''], ['', '']];
    expect(valuesOf(SECTION, draft).values).toEqual({ b: [[1, 0], [0, 0]] });
  });
});

describe('a chart of the preview', () => {
  const chart = (mean: (number | null)[]): LetterChart => ({
    title: 'COD',
    unit: 'mg/l',
    decimals: 2,
    curve: { from_ms: 0, step_s: 3600, mean, low: mean, high: mean },
    limits: [{ level: 'limit', side: 'high', value: 75, verified: false }],
  });

  it('shows a gap as a gap', () => {
    expect(drawCurve(chart([50, null, 60]))?.mean.match(/M/g)).toHaveLength(2);
    expect(drawCurve(chart([50, 55, 60]))?.mean.match(/M/g)).toHaveLength(1);
  });

  it('draws nothing where nothing was measured', () => {
    expect(drawCurve(chart([null, null]))).toBeNull();
  });
});

describe('the addresses of reports', () => {
  it.each([
    '#/reports',
    '#/reports/week-2024-12-13',
    '#/reports/week-2024-12-13?view=preview',
    '#/reports/week-2024-12-13?view=preview&version=3',
  ])('%s is read and written alike', (hash) => {
    expect(toHash(parseHash(hash))).toBe(hash);
  });
});
