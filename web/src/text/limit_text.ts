/** The limit as it stands beside a value. */
import type { Channel } from '../api/contract';
import { shownBounds } from '../domain/limits';
import { formatLimit, type Language } from './format';

/** Return ≤ 75, ≥ 2, 6 – 9, or nothing. */
export function limitText(channel: Pick<Channel, 'limits'>, language: Language): string {
  const { low, high } = shownBounds(channel.limits);
  if (low !== null && high !== null) {
    return `${formatLimit(low.value, language)} – ${formatLimit(high.value, language)}`;
  }
  if (high !== null) return `≤ ${formatLimit(high.value, language)}`;
  return low === null ? '' : `≥ ${formatLimit(low.value, language)}`;
}
