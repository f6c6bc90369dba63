import { describe, expect, it } from 'vitest';
import { FAULT_CODES } from '../src/api/fault_codes';
import { faultText } from '../src/text/faults';

const fault = (status: number, code: string, more: Record<string, unknown> = {}) => ({ status, code, more });
const refused = (field: string, rule: string, bound?: number) => fault(422, 'invalid', { field, rule, bound });

describe('a fault in words', () => {
  it.each(FAULT_CODES)('has a sentence of its own in both languages for %s', (code) => {
    const [vi, en] = [faultText(fault(409, code), 'vi'), faultText(fault(409, code), 'en')];
    expect(vi).toMatch(/\p{L}.*\.$/u);
    expect(en).toMatch(/\p{L}.*\.$/u);
    expect(vi).not.toBe(en);
    expect(vi).not.toContain('409');
  });

  it('names the number of an unknown one', () => {
    expect(faultText(fault(418, 'teapot'), 'vi')).toBe('Máy chủ không thực hiện được việc này (mã 418).');
    expect(faultText(fault(418, 'toString'), 'en')).toBe('The server could not do this (code 418).');
  });

  it('says that the server is away where it did not answer', () => {
    expect(faultText(fault(0, ''), 'vi')).toBe('Mất kết nối với máy chủ');
  });

  it('names the field that was refused, the innermost that people see', () => {
    expect(faultText(refused('channels.0.email.address', 'string_pattern_mismatch'), 'vi')).toBe(
      'Ô “Địa chỉ thư”: không đúng dạng.',
    );
    expect(faultText(refused('max_per_hour', 'less_than_equal', 1000), 'en')).toBe(
      '“Most an hour”: 1000 at most.',
    );
    expect(faultText(refused('name', 'string_too_short', 1), 'vi')).toBe('Ô “Tên”: chưa nhập.');
    expect(faultText(refused('name', 'value_error'), 'vi')).toBe('Ô “Tên”: giá trị không hợp lệ.');
  });

  it('stays general where the page has no word for the field', () => {
    expect(faultText(refused('revision', 'int_parsing'), 'vi')).toBe('Có ô chưa hợp lệ.');
    expect(faultText(refused('', 'missing'), 'vi')).toBe('Có ô chưa hợp lệ.');
  });

  it('keeps the figures of the gateway', () => {
    expect(faultText(fault(409, 'too_long', { most_min: 240 }), 'vi')).toContain('240 phút');
    expect(faultText(fault(422, 'range_too_long', { most_days: 400 }), 'vi')).toContain('400 ngày');
    expect(faultText(fault(429, 'locked', { wait_s: 61 }), 'vi')).toContain('61 giây');
    expect(faultText(fault(429, 'locked', { wait_s: 150 }), 'en')).toContain('3 min');
    expect(faultText(fault(422, 'wrong_value', { field: 'pH', needs: 'number' }), 'vi')).toBe(
      'Ô “pH”: nhập một số, ví dụ 1600 hoặc 12,5.',
    );
  });
});
