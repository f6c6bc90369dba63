/** The order of security events, and which of two messages about one is the newer. */
import type { SecurityEvent } from '../api/security_contract';

/** Tell whether the incident goes on. */
export function isOngoing(event: Pick<SecurityEvent, 'phase'>): boolean {
  return event.phase !== 'end';
}

/** Compare for a list: newest first; equal moments keep one order everywhere. */
export function newestFirst(a: SecurityEvent, b: SecurityEvent): number {
  return Date.parse(b.began_at) - Date.parse(a.began_at) || (a.id < b.id ? 1 : -1);
}

/** Tell whether `next` may replace `known`: an older revision that arrives late may not. */
export function replaces(next: SecurityEvent, known: SecurityEvent | undefined): boolean {
  return known === undefined || next.revision >= known.revision;
}

/** Return how long the incident has lasted, in milliseconds. */
export function lastedMs(event: Pick<SecurityEvent, 'began_at' | 'ended_at'>, nowMs: number): number {
  const endMs = event.ended_at === null ? nowMs : Date.parse(event.ended_at);
  return Math.max(0, endMs - Date.parse(event.began_at));
}
