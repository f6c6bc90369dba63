/** HTTP calls about cameras, security events and their evidence. */
import { request, requestFile } from './client';
import type {
  Camera,
  CustodyLog,
  EventList,
  SecurityEvent,
  SnapshotKind,
  Verdict,
} from './security_contract';

const ROOT = '/api/v1';
/** A pack with its clip is some ten megabytes, and the line to the centre may be thin. */
const EXPORT_TIMEOUT_MS = 180_000;

/** Why somebody wants to see people unblurred, or takes evidence away. */
export interface Reason {
  reason: string;
}

const at = (id: string): string => `/events/${encodeURIComponent(id)}`;
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export async function fetchCameras(): Promise<Camera[]> {
  return (await request<{ cameras: Camera[] }>('/cameras')).cameras;
}

export function fetchEvents(
  conditions: URLSearchParams,
  limit: number,
  cursor: string | null = null,
): Promise<EventList> {
  const query = new URLSearchParams(conditions);
  query.set('limit', String(limit));
  if (cursor !== null) query.set('after', cursor);
  return request<EventList>(`/events?${query}`);
}

export function fetchEvent(id: string): Promise<SecurityEvent> {
  return request<SecurityEvent>(at(id));
}

export function fetchCustody(id: string): Promise<CustodyLog> {
  return request<CustodyLog>(`${at(id)}/custody`);
}

export function postVerdict(id: string, verdict: Verdict, note: string): Promise<SecurityEvent> {
  return request<SecurityEvent>(`${at(id)}/verdict`, json({ verdict, note }));
}

export function postLock(id: string, locked: boolean, why: Reason): Promise<SecurityEvent> {
  return request<SecurityEvent>(`${at(id)}/lock`, json({ locked, ...why }));
}

/** Return the evidence pack, a zip. */
export function exportPack(id: string, why: Reason): Promise<{ data: Blob; name: string }> {
  return requestFile(`${at(id)}/export`, json(why), EXPORT_TIMEOUT_MS, `quantrac-${id}.zip`);
}

export function snapshotUrl(id: string, kind: SnapshotKind, why: Reason | null = null): string {
  return `${ROOT}${at(id)}/snapshot.jpg?${new URLSearchParams({ kind, ...why })}`;
}

export function clipUrl(id: string, why: Reason | null): string {
  return `${ROOT}${at(id)}/clip.mp4${why === null ? '' : `?${new URLSearchParams({ ...why })}`}`;
}

export function previewUrl(camera: string): string {
  return `${ROOT}/cameras/${encodeURIComponent(camera)}/preview.jpg`;
}
