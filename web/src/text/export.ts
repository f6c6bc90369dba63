/** The strings of the export buttons, by language. */
import { exportEn } from './export_en';
import { exportVi, type ExportCatalogue } from './export_vi';
import type { Language } from './format';

const CATALOGUES: Record<Language, ExportCatalogue> = { vi: exportVi, en: exportEn };

export function exportText(language: Language): ExportCatalogue {
  return CATALOGUES[language];
}
