/** Names of stations and channels in the reader's language. */
import type { Alarm, Channel, Station } from '../api/contract';
import type { Camera } from '../api/security_contract';
import { CATALOGUES, type Language } from './format';

export function stationName(
  station: Pick<Station, 'id' | 'name_vi' | 'name_en'>,
  language: Language,
): string {
  const [first, second] =
    language === 'vi' ? [station.name_vi, station.name_en] : [station.name_en, station.name_vi];
  return first || second || station.id;
}

/** Return the name of the camera with that id, as far as it is known. */
export function cameraName(
  cameras: readonly Pick<Camera, 'id' | 'name_vi' | 'name_en'>[],
  id: string,
  language: Language,
): string {
  const camera = cameras.find((known) => known.id === id);
  return camera === undefined ? id : stationName(camera, language);
}

/** Return the full label of a channel, for places with room. */
export function channelName(
  channel: Pick<Channel, 'name' | 'symbol' | 'label_vi' | 'label_en'>,
  language: Language,
): string {
  const label = language === 'vi' ? channel.label_vi : channel.label_en;
  return label || channel.symbol || channel.name;
}

const LONGEST_LABEL = 18;

/** Return the name of a channel for a narrow place: its label, or the symbol if that is long. */
export function channelLabel(
  channel: Pick<Channel, 'name' | 'symbol' | 'label_vi' | 'label_en'>,
  language: Language,
): string {
  const label = channelName(channel, language);
  return label.length <= LONGEST_LABEL ? label : channel.symbol || channel.name;
}

/** Return the names of the station and the channel of an alarm, and the channel's decimals. */
export function alarmWords(
  alarm: Pick<Alarm, 'station' | 'channel' | 'level'>,
  stations: readonly Station[],
  language: Language,
): { station: string; channel: string; decimals: number } {
  const station = stations.find((known) => known.id === alarm.station);
  if (alarm.level === 'fault') {
    const names: Record<string, string> = CATALOGUES[language].centreAlarm;
    const name = names[alarm.channel] ?? alarm.channel;
    return { station: station ? stationName(station, language) : alarm.station, channel: name, decimals: 0 };
  }
  const channel = station?.channels.find((known) => known.name === alarm.channel);
  return {
    station: station ? stationName(station, language) : alarm.station,
    channel: channel ? channelLabel(channel, language) : alarm.channel,
    decimals: channel?.decimals ?? 2,
  };
}
