/** What the gateway sends and accepts about reports. */

export type ReportKind = 'week' | 'month';
export type ReportState = 'draft' | 'generated' | 'issued' | 'sent';
export type SectionState = 'missing' | 'carried' | 'handed_in' | 'fetched' | 'data';
export type SectionValue = number | string | number[][];

export type FailureReason = 'store' | 'database' | 'folder' | 'too_slow' | 'document' | 'defect';

/** Why the latest attempts to make a report failed; `detail` is for whoever looks into it. */
export interface ReportFailure {
  reason: FailureReason;
  detail: string;
  since: string;
  at: string;
  times: number;
}

/** A report; days are ISO dates, `late`: it was not sent by its deadline. */
export interface Report {
  id: string;
  kind: ReportKind;
  first_day: string;
  last_day: string;
  title: string;
  state: ReportState;
  late: boolean;
  deadline: string;
  latest_version: number;
  number: string;
  issued_on: string | null;
  issued_by: string | null;
  issued_version: number | null;
  sent_at: string | null;
  sent_by: string | null;
  sent_note: string;
  owed: number | null;
  failure: ReportFailure | null;
}

export interface SectionField {
  key: string;
  name_vi: string;
  unit: string;
  kind: 'number' | 'text';
}

/** Words in the first column (`rows`), numbers in the others. */
export interface SectionTable {
  key: string;
  columns: string[];
  rows: string[];
}

export interface Section {
  key: string;
  number: number;
  title: string;
  owner: string;
  owner_name: string;
  source: 'form' | 'csv' | 'http' | 'stations' | 'cameras';
  state: SectionState;
  owed: boolean;
  fields: SectionField[];
  tables: SectionTable[];
  values: Record<string, SectionValue>;
  text: string;
  by: string;
  at: string | null;
  fault: string;
  revision: number;
}

export interface Version {
  number: number;
  made_at: string;
  made_by: string;
  reason: 'schedule' | 'request' | 'issue';
  sha256: string;
  size_bytes: number;
}

export interface ReportDetail {
  report: Report;
  sections: Section[];
  versions: Version[];
}

export interface Curve {
  from_ms: number;
  step_s: number;
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

export interface LetterLimit {
  level: string;
  side: string;
  value: number;
  verified: boolean;
}

export type Block =
  | { type: 'heading'; level: number; text: string }
  | { type: 'paragraph'; text: string; style: 'body' | 'item' | 'subitem' | 'note' | 'missing' }
  | {
      type: 'table';
      caption: string;
      head: string[];
      rows: string[][];
      shares: number[];
      numeric: boolean[];
      has_total: boolean;
    }
  | ({ type: 'chart' } & LetterChart);

export interface LetterChart {
  title: string;
  unit: string;
  decimals: number;
  curve: Curve;
  limits: LetterLimit[];
}

/** The report top to bottom. */
export interface Letter {
  parent_agency: string[];
  agency: string[];
  number: string;
  subject: string;
  place: string;
  issued_on: string | null;
  addressees: string[];
  body: Block[];
  recipients: string[];
  signatory_title: string[];
  signatory_name: string;
  annex: Block[];
  year: number;
}

export interface Change {
  where: string;
  before: string;
  after: string;
}
