/** Times that people type, in the time zone of the site. */
import { siteParts } from '../text/format';

/** The site has kept this offset since 1975 and has no summer time. */
const OFFSET = '+07:00';

/** Return the value of a `datetime-local` field for an instant. */
export function toSiteField(atMs: number): string {
  const at = siteParts(atMs);
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}

/** Return the instant (epoch ms) that a `datetime-local` field names, or null. */
export function fromSiteField(value: string): number | null {
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(value.slice(0, 16) + OFFSET) : NaN;
  return Number.isFinite(atMs) ? atMs : null;
}
