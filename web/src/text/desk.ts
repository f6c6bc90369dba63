/** The desk's strings by language, and what is named in two languages at once. */
import type { Camera, SecurityEvent } from '../api/security_contract';
import { compassEighth } from '../domain/ground';
import { cameraSentenceVi } from './camera_sentences_vi';
import { deskEn } from './desk_en';
import { deskVi, type DeskCatalogue } from './desk_vi';
import { formatNumber, type Language } from './format';

const CATALOGUES: Record<Language, DeskCatalogue> = { vi: deskVi, en: deskEn };

export function deskText(language: Language): DeskCatalogue {
  return CATALOGUES[language];
}

/** Return the name of a rule or an event, else the word for its kind. */
export function ruleName(
  named: Pick<SecurityEvent, 'name_vi' | 'name_en' | 'kind'>,
  language: Language,
): string {
  const [first, second] =
    language === 'vi' ? [named.name_vi, named.name_en] : [named.name_en, named.name_vi];
  return first || second || deskText(language).kinds[named.kind] || named.kind;
}

/** Return the direction and the distance in words: Đông Bắc 45°, cách 42 m; or null. */
export function placeWords(
  event: Pick<SecurityEvent, 'bearing_deg' | 'distance_m'>,
  language: Language,
): string | null {
  if (event.bearing_deg === null) return null;
  const text = deskText(language);
  const word = text.compass[compassEighth(event.bearing_deg)] ?? '';
  const direction = text.place(formatNumber(Math.round(event.bearing_deg) % 360, 0, language), word);
  if (event.distance_m === null) return direction;
  const places = event.distance_m < 10 ? 1 : 0;
  return `${direction}, ${text.distance(formatNumber(event.distance_m, places, language))}`;
}

/** Return latitude and longitude as maps take them: 11.580123, 108.990456; or null. */
export function coordinates(at: { lat: number | null; lon: number | null }): string | null {
  return at.lat === null || at.lon === null ? null : `${at.lat.toFixed(6)}, ${at.lon.toFixed(6)}`;
}

/** Return why a camera is not as it should be, in words; empty where nothing is wrong. */
export function troubles(
  camera: Pick<Camera, 'cause' | 'distrust' | 'detail'>,
  language: Language,
): string[] {
  const text = deskText(language);
  const words = camera.distrust.map((one) => text.distrust[one] ?? one);
  if (camera.cause !== '' && camera.cause !== 'none') {
    words.unshift(text.causes[camera.cause] ?? camera.cause);
  }
  return words;
}

/** Return what the camera's machine says of itself, in the reader's language. */
export function cameraSentence(camera: Pick<Camera, 'detail'>, language: Language): string {
  return language === 'vi' && camera.detail !== '' ? cameraSentenceVi(camera.detail) : camera.detail;
}

/** Return a size in the unit that people read: 640 kB, 12,4 MB. */
export function formatBytes(size_bytes: number, language: Language): string {
  if (size_bytes < 1_000_000) return `${formatNumber(size_bytes / 1_000, 0, language)} kB`;
  return `${formatNumber(size_bytes / 1_000_000, 1, language)} MB`;
}
