/** What the page knows of cameras and open events, changed only by pure functions. */
import type { Camera, SecurityEvent } from '../api/security_contract';
import type { StreamEvent } from '../api/stream';
import { isOngoing, replaces } from '../domain/event_order';

export interface Security {
  cameras: readonly Camera[];
  /** Incidents that go on, by id. */
  open: ReadonlyMap<string, SecurityEvent>;
}

export const EMPTY_SECURITY: Security = { cameras: [], open: new Map() };

export function takeSecurity(
  cameras: readonly Camera[],
  open: readonly SecurityEvent[],
): Security {
  return { cameras: [...cameras], open: new Map(open.map((event) => [event.id, event])) };
}

/** Return the state after one event of the stream. */
export function applySecurity(known: Security, event: StreamEvent): Security {
  if (event.kind === 'camera') return { ...known, cameras: withCamera(known.cameras, event.camera) };
  if (event.kind !== 'event') return known;
  const { event: incident } = event;
  if (!replaces(incident, known.open.get(incident.id))) return known;
  if (!isOngoing(incident) && !known.open.has(incident.id)) return known;
  const open = new Map(known.open);
  if (isOngoing(incident)) open.set(incident.id, incident);
  else open.delete(incident.id);
  return { ...known, open };
}

function withCamera(cameras: readonly Camera[], camera: Camera): readonly Camera[] {
  const index = cameras.findIndex((known) => known.id === camera.id);
  return index < 0 ? [...cameras, camera] : cameras.with(index, camera);
}
