/** The reports' strings by language, and days as people write them. */
import type { Language } from './format';
import { reportsEn } from './reports_en';
import { reportsVi, type ReportsCatalogue } from './reports_vi';

const CATALOGUES: Record<Language, ReportsCatalogue> = { vi: reportsVi, en: reportsEn };

export function reportsText(language: Language): ReportsCatalogue {
  return CATALOGUES[language];
}

/** Return 19/12/2024 for an ISO date. */
export function formatDay(iso: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return `${day}/${month}/${year}`;
}
