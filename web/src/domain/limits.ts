/** Which limit stands beside a value, and where the value lies towards it. */
import type { Channel, Limit } from '../api/contract';

export interface Scale {
  min: number;
  max: number;
}

export interface Tick {
  fraction: number;
  limit: Limit;
}

/** The strictest limits of one level: lowest of the highs, highest of the lows. */
export interface Bounds {
  low: Limit | null;
  high: Limit | null;
}

/** Return the strictest bounds of `level`, whatever their basis. */
export function strictest(limits: readonly Limit[], level: Limit['level']): Bounds {
  let low: Limit | null = null;
  let high: Limit | null = null;
  for (const limit of limits) {
    if (limit.level !== level) continue;
    if (limit.side === 'high' && (high === null || limit.value < high.value)) high = limit;
    if (limit.side === 'low' && (low === null || limit.value > low.value)) low = limit;
  }
  return { low, high };
}

/** Return the bounds to show beside a value: the limits, or the warnings where there is no limit. */
export function shownBounds(limits: readonly Limit[]): Bounds {
  const bounds = strictest(limits, 'limit');
  return bounds.low === null && bounds.high === null ? strictest(limits, 'warn') : bounds;
}

/**
 * Return the stretch that a bar covers: the limits with room beyond them, or the measuring
 * range where there is no limit; null where neither is known.
 */
export function barScale(channel: Pick<Channel, 'limits' | 'range_min' | 'range_max'>): Scale | null {
  const values = channel.limits.map((limit) => limit.value);
  const { low, high } = shownBounds(channel.limits);
  if (high === null && low === null) {
    const { range_min: min, range_max: max } = channel;
    return min !== null && max !== null && max > min ? { min, max } : null;
  }
  if (high !== null && low !== null) {
    const top = Math.max(...values);
    const bottom = Math.min(...values);
    const margin = (top - bottom || 1) * 0.3;
    return { min: bottom - margin, max: top + margin };
  }
  const bound = high?.value ?? low?.value ?? 0;
  if (high !== null) {
    const min = Math.min(0, channel.range_min ?? 0, bound);
    return { min, max: Math.max(...values) + (Math.max(...values) - min || 1) * 0.3 };
  }
  const max = channel.range_max !== null && channel.range_max > bound ? channel.range_max : bound * 3;
  return { min: Math.min(0, bound), max: max > 0 ? max : 1 };
}

/** Return where `value` lies on the scale, 0 … 1, held at the ends. */
export function fractionOn(scale: Scale, value: number): number {
  const fraction = (value - scale.min) / (scale.max - scale.min);
  return Math.min(1, Math.max(0, fraction));
}

/** Return the marks of every limit on the scale, ascending. */
export function limitTicks(channel: Pick<Channel, 'limits'>, scale: Scale): Tick[] {
  return channel.limits
    .map((limit) => ({ fraction: fractionOn(scale, limit.value), limit }))
    .sort((a, b) => a.fraction - b.fraction);
}
