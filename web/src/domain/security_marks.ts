/** Shapes and tones of cameras and security events; each stands beside its word. */
import type { Camera, CameraState, Priority, SecurityEvent, Verdict } from '../api/security_contract';
import type { Catalogue } from '../text/vi';
import { isOngoing } from './event_order';
import type { Mark, Shape, Tone } from './marks';

const CAMERA: Record<CameraState, [Shape, Tone]> = {
  live: ['disc', 'accent'],
  degraded: ['triangle', 'warn'],
  starting: ['half', 'muted'],
  down: ['cross', 'limit'],
  silent: ['slash', 'limit'],
  unknown: ['ring', 'muted'],
};
const PRIORITY: Record<Priority, [Shape, Tone]> = {
  high: ['octagon', 'limit'],
  medium: ['triangle', 'warn'],
  low: ['square', 'muted'],
};
const VERDICT: Record<Verdict, [Shape, Tone]> = {
  true: ['check', 'accent'],
  false: ['cross', 'muted'],
  unclear: ['question', 'warn'],
};

/** Return the mark of a camera; without a link to the server nobody knows how it is. */
export function cameraMark(
  camera: Pick<Camera, 'state' | 'distrust'>,
  linkLive: boolean,
  text: Catalogue,
): Mark {
  const known = linkLive ? camera.state : 'unknown';
  const [shape, tone] = CAMERA[known];
  if (known === 'live' && camera.distrust.length > 0) {
    return { shape: 'question', tone: 'warn', word: text.security.distrusted };
  }
  return { shape, tone, word: text.security.cameraState[known] };
}

export function priorityMark(priority: Priority, text: Catalogue): Mark {
  const [shape, tone] = PRIORITY[priority];
  return { shape, tone, word: text.security.priority[priority] };
}

export function phaseMark(event: Pick<SecurityEvent, 'phase'>, text: Catalogue): Mark {
  return isOngoing(event)
    ? { shape: 'disc', tone: 'accent', word: text.security.ongoing }
    : { shape: 'return', tone: 'muted', word: text.security.ended };
}

export function verdictMark(verdict: Verdict | null, text: Catalogue): Mark {
  if (verdict === null) return { shape: 'ring', tone: 'muted', word: text.security.unreviewed };
  const [shape, tone] = VERDICT[verdict];
  return { shape, tone, word: text.security.verdict[verdict] };
}
