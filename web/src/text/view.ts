/** The strings of the wall, the map and the leaders' page by language. */
import type { Language } from './format';
import { viewEn } from './view_en';
import { viewVi, type ViewCatalogue } from './view_vi';

const CATALOGUES: Record<Language, ViewCatalogue> = { vi: viewVi, en: viewEn };

export function viewText(language: Language): ViewCatalogue {
  return CATALOGUES[language];
}
