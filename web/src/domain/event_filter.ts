/** Which events a list shows: in the address, in the question to the gateway, and on one event. */
import type { Priority, SecurityEvent, Verdict } from '../api/security_contract';
import { isOngoing } from './event_order';
import { fromSiteField } from './site_time';

export const KINDS = [
  'intrusion',
  'line_crossing',
  'wrong_way',
  'loitering',
  'crowd',
  'stopped_vehicle',
  'abandoned_object',
  'tamper',
] as const;
export const VERDICTS = ['none', 'true', 'false', 'unclear'] as const;
export const PRIORITIES = ['high', 'medium', 'low'] as const;
export const SPANS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const;

export type Span = keyof typeof SPANS | 'all' | 'own';

export interface EventFilter {
  camera: string | null;
  rule: string | null;
  kind: string | null;
  verdict: Verdict | 'none' | null;
  phase: 'open' | 'ended' | null;
  priority: Priority | null;
  span: Span;
  /** Of `own`, as a person types them at the site: 2026-11-22T10:04; empty is open. */
  from: string;
  to: string;
}

export const NO_FILTER: EventFilter = {
  camera: null,
  rule: null,
  kind: null,
  verdict: null,
  phase: null,
  priority: null,
  span: 'all',
  from: '',
  to: '',
};

function oneOf<T extends string>(allowed: readonly T[], value: string | null): T | null {
  return allowed.find((one) => one === value) ?? null;
}

/** Return the filter of an address; what is unknown is not filtered. */
export function readFilter(query: URLSearchParams): EventFilter {
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  const own = fromSiteField(from) !== null || fromSiteField(to) !== null;
  return {
    camera: query.get('camera') || null,
    rule: query.get('rule') || null,
    kind: query.get('kind') || null,
    verdict: oneOf(VERDICTS, query.get('verdict')),
    phase: oneOf(['open', 'ended'], query.get('phase')),
    priority: oneOf(PRIORITIES, query.get('priority')),
    span: own ? 'own' : (oneOf(['1h', '24h', '7d', 'own'], query.get('span')) ?? 'all'),
    from: fromSiteField(from) === null ? '' : from,
    to: fromSiteField(to) === null ? '' : to,
  };
}

/** Return the filter as an address writes it; `readFilter` reads it back unchanged. */
export function writeFilter(filter: EventFilter): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of ['camera', 'rule', 'kind', 'verdict', 'phase', 'priority'] as const) {
    const value = filter[key];
    if (value !== null) query.set(key, value);
  }
  if (filter.span === 'own') {
    if (filter.from !== '') query.set('from', filter.from);
    if (filter.to !== '') query.set('to', filter.to);
    if (filter.from === '' && filter.to === '') query.set('span', 'own');
  } else if (filter.span !== 'all') query.set('span', filter.span);
  return query;
}

/** Return the first instant (epoch ms) that the filter lets through, and the first that it does not. */
export function bounds(filter: EventFilter, nowMs: number): { fromMs: number | null; toMs: number | null } {
  if (filter.span === 'all') return { fromMs: null, toMs: null };
  if (filter.span !== 'own') return { fromMs: nowMs - SPANS[filter.span], toMs: null };
  return { fromMs: fromSiteField(filter.from), toMs: fromSiteField(filter.to) };
}

/** Return the question for the gateway. */
export function askFor(filter: EventFilter, nowMs: number): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of ['camera', 'rule', 'kind', 'verdict', 'phase', 'priority'] as const) {
    const value = filter[key];
    if (value !== null) query.set(key, value);
  }
  const { fromMs, toMs } = bounds(filter, nowMs);
  if (fromMs !== null) query.set('from', new Date(fromMs).toISOString());
  if (toMs !== null) query.set('to', new Date(toMs).toISOString());
  return query;
}

/** Tell whether the gateway would list `event` under the filter. */
export function passes(event: SecurityEvent, filter: EventFilter, nowMs: number): boolean {
  if (filter.camera !== null && event.camera !== filter.camera) return false;
  if (filter.rule !== null && event.rule !== filter.rule) return false;
  if (filter.kind !== null && event.kind !== filter.kind) return false;
  if (filter.verdict !== null && (event.verdict ?? 'none') !== filter.verdict) return false;
  if (filter.phase !== null && isOngoing(event) !== (filter.phase === 'open')) return false;
  if (filter.priority !== null && event.priority !== filter.priority) return false;
  const { fromMs, toMs } = bounds(filter, nowMs);
  const beganMs = Date.parse(event.began_at);
  return (fromMs === null || beganMs >= fromMs) && (toMs === null || beganMs < toMs);
}

/** Count the conditions that are set. */
export function conditions(filter: EventFilter): number {
  return [...writeFilter(filter).keys()].filter((key) => key !== 'to' || filter.from === '').length;
}
