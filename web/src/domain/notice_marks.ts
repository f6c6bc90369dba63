/** The shape and the word of a delivery's state. */
import type { DeliveryState } from '../api/notification_contract';
import type { NotificationCatalogue } from '../text/notification_vi';
import type { Mark, Shape, Tone } from './marks';

const MARKS: Record<DeliveryState, [Shape, Tone]> = {
  waiting: ['half', 'warn'],
  sent: ['check', 'accent'],
  failed: ['cross', 'limit'],
  dropped: ['slash', 'muted'],
};

export function deliveryMark(state: DeliveryState, text: NotificationCatalogue): Mark {
  const [shape, tone] = MARKS[state];
  return { shape, tone, word: text.deliveries.states[state] ?? state };
}

/** Return a failure in the catalogue's words where it is one that is known, else as it came. */
export function errorWords(error: string, text: NotificationCatalogue): string {
  for (const [pattern, words] of text.errors) {
    const found = new RegExp(`^${pattern}$`).exec(error);
    if (found !== null) return words.replace('{}', found[1] ?? '');
  }
  return error;
}
