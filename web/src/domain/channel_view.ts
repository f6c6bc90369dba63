/** Everything that a row about one channel shows, worked out in one place. */
import type { Alarm, Channel, Latest } from '../api/contract';
import {
  formatAge,
  formatBasis,
  formatNumber,
  formatUnit,
  formatWhen,
  type Language,
} from '../text/format';
import type { Catalogue } from '../text/vi';
import { limitText } from '../text/limit_text';
import { channelLabel } from '../text/names';
import { barScale, fractionOn, limitTicks, shownBounds, type Tick } from './limits';
import { levelMark, qualityMark, stateMark, type Mark } from './marks';

/**
 * How a row is emphasised: an alarm; a value that is not a measurement (`aside`); one that is
 * too old; or nothing.
 */
export type Emphasis = 'none' | 'warn' | 'limit' | 'aside' | 'stale';

export interface Bar {
  /** 0 … 1, or null where there is no value. */
  fraction: number | null;
  ticks: Tick[];
}

export interface ChannelView {
  name: string;
  label: string;
  value: string;
  hasValue: boolean;
  unit: string;
  limit: string;
  limitBasis: string;
  limitUnverified: boolean;
  bar: Bar | null;
  marks: Mark[];
  /** Why a channel that does not measure has no good value; empty where a mark says it. */
  reason: string;
  emphasis: Emphasis;
  stale: boolean;
  age: string;
}

export interface ViewContext {
  nowMs: number;
  stale: boolean;
  language: Language;
  text: Catalogue;
}

/** Return the gravest active alarm of a channel, or null. */
export function gravestAlarm(alarms: readonly Alarm[], station: string, channel: string): Alarm | null {
  let gravest: Alarm | null = null;
  for (const alarm of alarms) {
    if (!alarm.active || alarm.station !== station || alarm.channel !== channel) continue;
    if (gravest === null || (alarm.level === 'limit' && gravest.level === 'warn')) gravest = alarm;
  }
  return gravest;
}

/** Work out a row; `alarm` is the channel's gravest active alarm. */
export function channelView(channel: Channel, alarm: Alarm | null, context: ViewContext): ChannelView {
  const { nowMs, stale, language, text } = context;
  const { latest } = channel;
  const value = latest?.v ?? null;
  const scale = barScale(channel);
  const { low, high } = shownBounds(channel.limits);
  const bounds = [low, high].filter((bound) => bound !== null);
  const basis = bounds.find((bound) => bound.basis !== 'value')?.basis;
  const atMs = latest === null ? null : Date.parse(latest.at);
  return {
    name: channel.name,
    label: channelLabel(channel, language),
    value: value === null ? '—' : formatNumber(value, channel.decimals, language),
    hasValue: value !== null,
    unit: formatUnit(channel.unit),
    limit: limitText(channel, language),
    limitBasis: basis === undefined ? '' : formatBasis(basis, text),
    limitUnverified: bounds.some((bound) => !bound.verified),
    bar: scale && {
      fraction: value === null ? null : fractionOn(scale, value),
      ticks: limitTicks(channel, scale),
    },
    marks: marksOf(channel, alarm, text),
    reason: latest?.r && latest.s !== 'measuring' ? text.reasons[latest.r] : '',
    emphasis: emphasisOf(latest, alarm, stale),
    stale,
    age: ageText(atMs, nowMs, stale, text),
  };
}

function emphasisOf(latest: Latest | null, alarm: Alarm | null, stale: boolean): Emphasis {
  if (stale) return 'stale';
  if (alarm !== null) return alarm.level === 'fault' ? 'limit' : alarm.level;
  const counts = latest !== null && latest.v !== null && latest.s === 'measuring' && latest.q !== 'bad';
  return counts ? 'none' : 'aside';
}

function marksOf(channel: Channel, alarm: Alarm | null, text: Catalogue): Mark[] {
  const { latest } = channel;
  const marks: Mark[] = [];
  if (alarm !== null) marks.push(levelMark(alarm.level, alarm.side, text));
  if (latest === null) return marks;
  const state = stateMark(latest.s, text);
  if (state !== null) marks.push(state);
  // A device that says it is not measuring explains the missing quality by itself.
  if (state === null) {
    const quality = qualityMark(latest, text);
    if (quality !== null) marks.push(quality);
  }
  return marks;
}

function ageText(atMs: number | null, nowMs: number, stale: boolean, text: Catalogue): string {
  if (atMs === null) return text.noData;
  return stale ? text.since(formatWhen(atMs, nowMs)) : formatAge(nowMs - atMs, text);
}
