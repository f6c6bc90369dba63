/** HTTP calls about reports. */
import { request } from './client';
import type {
  Change,
  Letter,
  Report,
  ReportDetail,
  ReportKind,
  SectionValue,
  Version,
} from './reports_contract';

const ROOT = '/api/v1';
const at = (id: string): string => `/reports/${encodeURIComponent(id)}`;
const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** Gathering a month and drawing its charts takes a while. */
const SLOW_MS = 300_000;

export function fetchReports(): Promise<{ configured: boolean; reports: Report[] }> {
  return request('/reports?limit=60');
}

export function openReport(kind: ReportKind, day: string): Promise<Report> {
  return request('/reports', json('POST', { kind, day }));
}

export function fetchReport(id: string): Promise<ReportDetail> {
  return request(at(id));
}

export function putSection(
  id: string,
  key: string,
  values: Record<string, SectionValue | null>,
  text: string,
  revision: number,
): Promise<ReportDetail> {
  return request(`${at(id)}/sections/${key}`, json('PUT', { values, text, revision }));
}

/** Return the letter of a version, or (null) as it would be generated now. */
export async function fetchLetter(id: string, version: number | null): Promise<Letter> {
  const path = version === null ? `${at(id)}/preview` : `${at(id)}/versions/${version}`;
  return (await request<{ letter: Letter }>(path, {}, SLOW_MS)).letter;
}

export function generate(id: string): Promise<Version> {
  return request(`${at(id)}/generate`, json('POST', {}), SLOW_MS);
}

export function issue(id: string, number: string, issued_on: string): Promise<Version> {
  return request(`${at(id)}/issue`, json('POST', { number, issued_on }), SLOW_MS);
}

export function noteSent(id: string, note: string): Promise<Report> {
  return request(`${at(id)}/sent`, json('POST', { note }));
}

export async function fetchChanges(id: string, version: number): Promise<Change[]> {
  return (await request<{ changes: Change[] }>(`${at(id)}/versions/${version}/changes`)).changes;
}

export function documentUrl(id: string, version: number): string {
  return `${ROOT}${at(id)}/versions/${version}/report.docx`;
}

/** Return the path of a version's tables, without ending. */
export function tablesPath(id: string, version: number): string {
  return `${at(id)}/versions/${version}/tables`;
}
