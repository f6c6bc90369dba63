/** Where in a clip the moment lies that matters. */
import type { SecurityEvent } from '../api/security_contract';

export interface ClipMarks {
  /** Seconds into the clip, held within it. */
  moment_s: number;
  end_s: number | null;
  /** False where the clip does not hold the moment: then the mark stands at its edge. */
  holdsMoment: boolean;
}

/** Return the marks on the timeline of a clip of `length_s` seconds, or null. */
export function clipMarks(
  event: Pick<SecurityEvent, 'clip_began_at' | 'began_at' | 'ended_at'>,
  length_s: number,
): ClipMarks | null {
  if (event.clip_began_at === null || !Number.isFinite(length_s) || length_s <= 0) return null;
  const zeroMs = Date.parse(event.clip_began_at);
  const at = (time: string): number => (Date.parse(time) - zeroMs) / 1000;
  const moment_s = at(event.began_at);
  const end_s = event.ended_at === null ? null : at(event.ended_at);
  const hold = (s: number): number => Math.min(length_s, Math.max(0, s));
  return {
    moment_s: hold(moment_s),
    // A clip that stops before the incident does has no mark for its end.
    end_s: end_s === null || end_s > length_s || end_s < 0 ? null : end_s,
    holdsMoment: moment_s >= 0 && moment_s <= length_s,
  };
}

/** Return the wall clock (epoch ms) of a position in the clip, or null where it is unknown. */
export function wallClockMs(event: Pick<SecurityEvent, 'clip_began_at'>, at_s: number): number | null {
  if (event.clip_began_at === null) return null;
  return Date.parse(event.clip_began_at) + at_s * 1000;
}

/** Return a position as minutes and seconds with tenths: 0:07,4. */
export function clipClock(at_s: number, comma: string): string {
  const tenths = Math.max(0, Math.floor(at_s * 10 + 1e-6));
  const s = Math.floor(tenths / 10);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}${comma}${tenths % 10}`;
}

/** Return the length of one picture of the stream, in seconds. */
export function frameLength_s(stream_fps: number): number {
  return stream_fps >= 1 && stream_fps <= 240 ? 1 / stream_fps : 0.04;
}
