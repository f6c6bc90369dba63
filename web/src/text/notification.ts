/** The strings of the page about notices, by language. */
import type { Language } from './format';
import { notificationEn } from './notification_en';
import { notificationVi, type NotificationCatalogue } from './notification_vi';

const CATALOGUES: Record<Language, NotificationCatalogue> = { vi: notificationVi, en: notificationEn };

export function notificationText(language: Language): NotificationCatalogue {
  return CATALOGUES[language];
}
