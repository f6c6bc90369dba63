import { describe, expect, it } from 'vitest';
import { fieldSentence, type CheckedField } from '../src/text/form_faults';

const GOOD = {
  valid: false,
  valueMissing: false,
  badInput: false,
  rangeUnderflow: false,
  rangeOverflow: false,
  stepMismatch: false,
  tooShort: false,
  tooLong: false,
};
const field = (wrong: Partial<CheckedField['validity']>, rest: Partial<CheckedField> = {}): CheckedField => ({
  validity: { ...GOOD, ...wrong },
  type: 'text',
  ...rest,
});

describe('a field that is not as it must be', () => {
  it.each([
    [field({ valueMissing: true }), 'Ô “Tên”: chưa nhập.'],
    [field({ badInput: true, valueMissing: true }, { type: 'number' }), 'Ô “Tên”: nhập một số.'],
    [field({ badInput: true }, { type: 'date' }), 'Ô “Tên”: nhập một ngày.'],
    [field({ rangeUnderflow: true }, { type: 'number', min: '1' }), 'Ô “Tên”: từ 1 trở lên.'],
    [field({ rangeOverflow: true }, { type: 'number', max: '730' }), 'Ô “Tên”: nhiều nhất 730.'],
    [field({ stepMismatch: true }, { type: 'number' }), 'Ô “Tên”: nhập một số nguyên.'],
    [field({ tooLong: true }, { maxLength: 60 }), 'Ô “Tên”: nhiều nhất 60 ký tự.'],
    [field({}), 'Ô “Tên”: không đúng dạng.'],
  ])('is said in Vietnamese (%#)', (one, sentence) => {
    expect(fieldSentence(one, 'Tên', 'vi')).toBe(sentence);
    expect(fieldSentence(one, 'Name', 'en')).toMatch(/^“Name”: .+\.$/);
  });
});
