/** Words of access by language. */
import { accessEn } from './access_en';
import { accessVi, type AccessCatalogue } from './access_vi';
import type { Language } from './format';

export function accessText(language: Language): AccessCatalogue {
  return language === 'vi' ? accessVi : accessEn;
}
