/** What people type into a section's form, and what of it goes to the gateway. */
import type { Section, SectionValue } from '../api/reports_contract';

/** The texts of every input: fields by key, tables by key as rows of texts. */
export interface Draft {
  fields: Record<string, string>;
  tables: Record<string, string[][]>;
  text: string;
}

/** Return the number in a text (point or comma before decimals), or null where it is none. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!/^-?\d{1,15}([.,]\d{1,6})?$/.test(trimmed)) return null;
  // One thousand six hundred, or one point six: whoever writes it has to say which.
  if (/^-?\d{1,3}[.,]\d{3}$/.test(trimmed)) return null;
  return Number(trimmed.replace(',', '.'));
}

/** Return a form filled with what a section holds. */
export function draftOf(section: Section): Draft {
  const fields: Draft['fields'] = {};
  for (const { key } of section.fields) {
    const value = section.values[key];
    fields[key] = typeof value === 'number' || typeof value === 'string' ? plain(value) : '';
  }
  const tables: Draft['tables'] = {};
  for (const { key, rows, columns } of section.tables) {
    const kept = section.values[key];
    tables[key] = rows.map((_, row) =>
      columns.slice(1).map((_, column) => {
        const cell = Array.isArray(kept) ? kept[row]?.[column] : undefined;
        return cell === undefined ? '' : plain(cell);
      }),
    );
  }
  return { fields, tables, text: section.text };
}

/**
 * Return the values of a form, and the name of the first field that is not a number.
 *
 * A table without any entry is left out; in one with some, an empty cell counts as 0.
 */
export function valuesOf(
  section: Section,
  draft: Draft,
): { values: Record<string, SectionValue>; wrong: string | null } {
  const values: Record<string, SectionValue> = {};
  let wrong: string | null = null;
  for (const { key, kind, name_vi } of section.fields) {
    const text = (draft.fields[key] ?? '').trim();
    if (text === '') continue;
    const value = kind === 'number' ? readNumber(text) : text;
    if (value === null) wrong ??= name_vi;
    else values[key] = value;
  }
  for (const { key, columns } of section.tables) {
    const cells = draft.tables[key] ?? [];
    if (cells.flat().every((cell) => cell.trim() === '')) continue;
    const rows = cells.map((row) => row.map((cell) => (cell.trim() === '' ? 0 : readNumber(cell))));
    if (rows.flat().includes(null)) wrong ??= columns[0] ?? key;
    else values[key] = rows as number[][];
  }
  return { values, wrong };
}

function plain(value: number | string): string {
  if (typeof value === 'string') return value;
  const text = String(value);
  // 1.125 would be refused as ambiguous; 1.1250 is not.
  return /^-?\d{1,3}\.\d{3}$/.test(text) ? `${text}0` : text;
}
