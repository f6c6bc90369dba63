/** What this browser remembers: language and theme. */
import { CATALOGUES, type Language } from '../text/format';
import type { Catalogue } from '../text/vi';

export type Theme = 'auto' | 'light' | 'dark';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`quantrac.${key}`);
  } catch {
    // Storage may be forbidden by policy; the page then only forgets between visits.
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`quantrac.${key}`, value);
  } catch {
    return;
  }
}

class Settings {
  language = $state<Language>(remembered('language') === 'en' ? 'en' : 'vi');
  theme = $state<Theme>(THEMES.find((theme) => theme === remembered('theme')) ?? 'auto');

  get text(): Catalogue {
    return CATALOGUES[this.language];
  }

  switchLanguage(): void {
    this.language = this.language === 'vi' ? 'en' : 'vi';
    remember('language', this.language);
  }

  switchTheme(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'auto';
    remember('theme', this.theme);
  }
}

export const settings = new Settings();
