/** What is wrong with a form before it is sent, in the reader's language and not the browser's. */
import { faultsEn } from './faults_en';
import { faultsVi } from './faults_vi';
import type { Language } from './format';

/** What is read of a field of a form. */
export interface CheckedField {
  validity: Pick<
    ValidityState,
    | 'valid'
    | 'valueMissing'
    | 'badInput'
    | 'rangeUnderflow'
    | 'rangeOverflow'
    | 'stepMismatch'
    | 'tooShort'
    | 'tooLong'
  >;
  type: string;
  min?: string;
  max?: string;
  minLength?: number;
  maxLength?: number;
}

/**
 * Return a sentence about the first field that is not as it must be, show it there and put the focus
 * there; empty where all is well. The form has `novalidate`, so that the browser uses our words.
 */
export function refusedField(form: HTMLFormElement, language: Language): string {
  for (const element of form.elements) {
    if (!(element instanceof HTMLInputElement || element instanceof HTMLSelectElement)) continue;
    element.setCustomValidity('');
    if (!element.willValidate || element.validity.valid) continue;
    const sentence = fieldSentence(element, nameOf(element), language);
    element.setCustomValidity(sentence);
    element.addEventListener('input', () => element.setCustomValidity(''), { once: true });
    element.reportValidity();
    return sentence;
  }
  return '';
}

/** Return the sentence about a field that is not as it must be. */
export function fieldSentence(field: CheckedField, name: string, language: Language): string {
  const text = language === 'vi' ? faultsVi : faultsEn;
  const [rule, bound] = ruleOf(field);
  return text.ofField(name, text.rules[rule]?.({ bound: String(bound ?? '') }) ?? text.otherRule);
}

function ruleOf({ validity, type, min, max, minLength, maxLength }: CheckedField): [rule: string, bound?: string | number | undefined] {
  if (validity.badInput) return [type === 'number' ? 'float_parsing' : 'date_parsing'];
  if (validity.valueMissing) return ['string_too_short', 1];
  if (validity.rangeUnderflow) return ['greater_than_equal', min];
  if (validity.rangeOverflow) return ['less_than_equal', max];
  if (validity.stepMismatch) return ['int_parsing'];
  if (validity.tooShort) return ['string_too_short', minLength];
  if (validity.tooLong) return ['string_too_long', maxLength];
  return ['string_pattern_mismatch'];
}

function nameOf(element: HTMLInputElement | HTMLSelectElement): string {
  const label = element.labels?.[0];
  const words = label?.querySelector('span')?.textContent ?? label?.textContent ?? element.ariaLabel ?? '';
  return words.trim();
}
