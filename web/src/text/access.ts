/** Words of access by language, and faults of the gateway as sentences. */
import type { RequestFailed } from '../api/client';
import { accessEn } from './access_en';
import { accessVi, type AccessCatalogue } from './access_vi';
import { CATALOGUES, type Language } from './format';

export function accessText(language: Language): AccessCatalogue {
  return language === 'vi' ? accessVi : accessEn;
}

/** Return a fault in the user's language; one without a known code keeps the gateway's words. */
export function faultText(error: RequestFailed, language: Language): string {
  const text = accessText(language);
  if (error.status === 0) return CATALOGUES[language].link.lostBanner;
  const wait_s = error.more['wait_s'];
  if (error.code === 'locked' && typeof wait_s === 'number') return text.locked(waitText(wait_s, language));
  return text.faults[error.code] ?? error.detail;
}

function waitText(wait_s: number, language: Language): string {
  if (wait_s < 100) return language === 'vi' ? `${wait_s} giây` : `${wait_s} s`;
  const minutes = Math.ceil(wait_s / 60);
  return language === 'vi' ? `${minutes} phút` : `${minutes} min`;
}
