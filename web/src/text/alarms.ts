/** The alarm desk's strings by language, and the names of what an alarm is about. */
import type { Alarm } from '../api/contract';
import type { AlarmCatalogue } from './alarms_vi';
import { alarmsEn } from './alarms_en';
import { alarmsVi } from './alarms_vi';
import { live } from '../state/live.svelte';
import { security } from '../state/security.svelte';
import type { Language } from './format';
import { alarmWords, cameraName } from './names';

const CATALOGUES: Record<Language, AlarmCatalogue> = { vi: alarmsVi, en: alarmsEn };

export function alarmsText(language: Language): AlarmCatalogue {
  return CATALOGUES[language];
}

/** Return the name of a way out for notices, such as `email` or `webhook:ioc`. */
export function sinkName(sink: string, language: Language): string {
  const [kind = '', name = ''] = sink.split(':');
  const words: Record<string, string> = alarmsText(language).sinks;
  return `${words[kind] ?? kind} ${name}`.trim();
}

/** Return the names of place and thing, and the decimals of its values. */
export function subjectWords(
  alarm: Pick<Alarm, 'station' | 'channel' | 'level'> & { subject?: Alarm['subject'] },
  language: Language,
): { station: string; channel: string; decimals: number } {
  const words = alarmWords(alarm, live.centre.stations, language);
  if (alarm.subject === 'sink') return { ...words, station: sinkName(alarm.station, language) };
  if (alarm.subject !== 'camera' && alarm.channel !== 'camera_down') return words;
  return { ...words, station: cameraName(security.known.cameras, alarm.station, language) };
}
