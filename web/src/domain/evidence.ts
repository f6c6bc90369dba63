/** What there is to see of an event: which picture, and whether the clip can be played. */
import type { EvidenceFile, SecurityEvent, SnapshotKind } from '../api/security_contract';
import { isOngoing } from './event_order';

const SNAPSHOTS: Record<SnapshotKind, string> = {
  boxed: 'snapshot_boxed',
  plain: 'snapshot',
  blurred: 'snapshot_blurred',
};

export function fileOf(event: Pick<SecurityEvent, 'evidence'>, kind: string): EvidenceFile | null {
  return event.evidence.find((file) => file.kind === kind) ?? null;
}

/** Tell whether the file can be opened now. */
export function isHere(file: EvidenceFile | null): boolean {
  return file !== null && file.arrived && !file.deleted;
}

/** Return the pictures that have arrived, the one to show first in front. */
export function snapshots(event: Pick<SecurityEvent, 'evidence'>): SnapshotKind[] {
  return (['blurred', 'boxed', 'plain'] as const).filter(
    (kind) => isHere(fileOf(event, SNAPSHOTS[kind])),
  );
}

/** Return the picture that may be shown without a name and a reason, or null. */
export function freeSnapshot(event: Pick<SecurityEvent, 'evidence'>): SnapshotKind | null {
  return snapshots(event).find((kind) => kind === 'blurred') ?? null;
}

/** Tell whether a picture was promised that is still on its way. */
export function isSnapshotAwaited(event: Pick<SecurityEvent, 'evidence'>): boolean {
  return event.evidence.some(
    (file) => file.kind.startsWith('snapshot') && !file.arrived && !file.deleted,
  );
}

export type ClipState = 'ready' | 'arriving' | 'later' | 'absent' | 'deleted';
export interface Clip {
  state: ClipState;
  file: EvidenceFile | null;
  /** Chromium and Firefox mostly cannot play it: no H.264 copy was made. */
  isH265: boolean;
}

/** Return how the clip is: here, on its way, made when the incident ends, none, or deleted. */
export function clipOf(
  event: Pick<SecurityEvent, 'evidence' | 'phase'>,
  codec: string,
): Clip {
  const copy = fileOf(event, 'clip_playback');
  const original = fileOf(event, 'clip');
  const file = isHere(copy) || original === null ? copy : original;
  if (file === null) return { state: isOngoing(event) ? 'later' : 'absent', file, isH265: false };
  const named = `${file.media_type} ${file.kind === 'clip' ? codec : ''}`;
  const isH265 = /hvc1|hev1|hevc|h\.?265/i.test(named);
  const state = isHere(file) ? 'ready' : file.deleted ? 'deleted' : 'arriving';
  return { state, file, isH265 };
}
