/** Shapes and tones that tell a state; each always stands beside its word. */
import type { Alarm, AlarmLevel, Latest, MeasurementState, Quality, Side, StationState } from '../api/contract';
import type { Catalogue } from '../text/vi';

export type Shape =
  | 'disc'
  | 'slash'
  | 'square'
  | 'ring'
  | 'triangle'
  | 'octagon'
  | 'half'
  | 'wrench'
  | 'cross'
  | 'pause'
  | 'question'
  | 'check'
  | 'return';
export type Tone = 'accent' | 'warn' | 'limit' | 'muted';

export interface Mark {
  shape: Shape;
  tone: Tone;
  word: string;
}

const STATION: Record<StationState, [Shape, Tone]> = {
  online: ['disc', 'accent'],
  silent: ['slash', 'limit'],
  offline: ['square', 'muted'],
  unknown: ['ring', 'muted'],
};

const STATE: Record<Exclude<MeasurementState, 'measuring'>, [Shape, Tone]> = {
  calibrating: ['half', 'accent'],
  maintenance: ['wrench', 'accent'],
  fault: ['cross', 'limit'],
  stopped: ['pause', 'muted'],
  comms_lost: ['slash', 'limit'],
};

const QUALITY: Record<Exclude<Quality, 'good'>, [Shape, Tone]> = {
  suspect: ['question', 'warn'],
  bad: ['cross', 'warn'],
};

/** Return the mark of a station; without a link to the server nobody knows how it is. */
export function stationMark(state: StationState, linkLive: boolean, text: Catalogue): Mark {
  const known = linkLive ? state : 'unknown';
  const [shape, tone] = STATION[known];
  return { shape, tone, word: text.stationState[known] };
}

export function levelMark(level: AlarmLevel, side: Side, text: Catalogue): Mark {
  if (level === 'fault') return { shape: 'cross', tone: 'limit', word: text.fault };
  const word = (side === 'low' ? text.levelLow : text.level)[level];
  return level === 'limit'
    ? { shape: 'octagon', tone: 'limit', word }
    : { shape: 'triangle', tone: 'warn', word };
}

export function stateMark(state: MeasurementState, text: Catalogue): Mark | null {
  if (state === 'measuring') return null;
  const [shape, tone] = STATE[state];
  return { shape, tone, word: text.state[state] };
}

/** Return the mark of an alarm: how grave it is, or that it is over. */
export function alarmMark(alarm: Pick<Alarm, 'active' | 'level' | 'side'>, text: Catalogue): Mark {
  if (alarm.active) return levelMark(alarm.level, alarm.side, text);
  return { shape: 'return', tone: 'muted', word: text.alarms.returned };
}

/** Return the mark of a doubtful quality; the reason, where known, says more than the grade. */
export function qualityMark(latest: Latest, text: Catalogue): Mark | null {
  if (latest.q === 'good') return null;
  const [shape, tone] = QUALITY[latest.q];
  const grade = text.quality[latest.q];
  return { shape, tone, word: latest.r ? `${grade}: ${text.reasons[latest.r]}` : grade };
}
