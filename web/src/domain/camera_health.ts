/** How a camera is: whether its picture can be believed, and how old it is. */
import type { Camera } from '../api/security_contract';

/** A preview older than this is not live any more. */
export const PREVIEW_STALE_MS = 6_000;

/** Tell whether a picture taken at `takenMs` should grey. */
export function isPreviewStale(takenMs: number | null, nowMs: number): boolean {
  return takenMs === null || nowMs - takenMs > PREVIEW_STALE_MS;
}

/** Tell whether there is something about the camera that somebody should know. */
export function isTroubled(camera: Pick<Camera, 'state' | 'distrust'>): boolean {
  return camera.state !== 'live' || camera.distrust.length > 0;
}

/** Tell whether the camera watches, be it poorly. */
export function isWorking(camera: Pick<Camera, 'state'>): boolean {
  return camera.state === 'live' || camera.state === 'degraded';
}

const RANK: Record<Camera['state'], number> = {
  down: 0,
  silent: 0,
  degraded: 1,
  unknown: 2,
  starting: 3,
  live: 4,
};

/** Compare for a list of troubles: the blind before the impaired. */
export function byTrouble(a: Camera, b: Camera): number {
  const rank = (camera: Camera): number =>
    camera.distrust.length > 0 ? Math.min(1, RANK[camera.state]) : RANK[camera.state];
  return rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
}
