/** Faults of the gateway as sentences in the reader's language; no page shows the gateway's words. */
import type { RequestFailed } from '../api/client';
import { CATALOGUES, type Language } from './format';
import { faultsEn } from './faults_en';
import { faultsVi, type FaultCatalogue, type FaultFigures } from './faults_vi';

const FAULTS: Record<Language, FaultCatalogue> = { vi: faultsVi, en: faultsEn };

/** Return a fault in the user's language; an unknown code becomes a general sentence with its number. */
export function faultText(
  error: Pick<RequestFailed, 'status' | 'code' | 'more'>,
  language: Language,
): string {
  const text = FAULTS[language];
  if (error.status === 0) return CATALOGUES[language].link.lostBanner;
  const figures = figuresOf(error.more, text);
  const refusedField = error.code === 'invalid' ? fieldSentence(figures, text) : null;
  if (refusedField !== null) return refusedField;
  const sentences: Readonly<Record<string, FaultCatalogue['sentences'][keyof FaultCatalogue['sentences']]>> =
    text.sentences;
  const sentence = Object.hasOwn(sentences, error.code) ? sentences[error.code] : undefined;
  if (sentence === undefined) return text.unknown(error.status);
  return typeof sentence === 'string' ? sentence : sentence(figures);
}

/** Return the sentence about the field that was refused; null where the page has no word for it. */
function fieldSentence(figures: FaultFigures, text: FaultCatalogue): string | null {
  // `rules.0.windows.1.from`: the innermost name is the nearest to what people see.
  const names = (figures['field'] ?? '').split('.').reverse();
  const name = names.find((one) => Object.hasOwn(text.fields, one));
  if (name === undefined) return null;
  const rule = figures['rule'] ?? '';
  const words = Object.hasOwn(text.rules, rule) ? text.rules[rule] : undefined;
  return text.ofField(text.fields[name] ?? name, words?.(figures) ?? text.otherRule);
}

function figuresOf(more: RequestFailed['more'], text: FaultCatalogue): FaultFigures {
  const figures = Object.fromEntries(Object.entries(more).map(([name, value]) => [name, String(value)]));
  const wait_s = Number(figures['wait_s'] ?? 0);
  return { ...figures, wait: wait_s < 100 ? text.seconds(wait_s) : text.minutes(Math.ceil(wait_s / 60)) };
}
