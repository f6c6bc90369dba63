/** The week's alarms and events, asked for again every few minutes. */
import { fetchNewestAlarms, RequestFailed } from '../api/client';
import { fetchEvents } from '../api/security_client';
import type { Alarm } from '../api/contract';
import type { SecurityEvent } from '../api/security_contract';
import { weekStart } from '../domain/today';
import { serverClock } from './clock.svelte';
import { live } from './live.svelte';

const EVERY_MS = 5 * 60_000;
/** The most that the gateway lists at once; beyond it the page says «more than». */
export const MOST = 500;

export class WeekFigures {
  alarms = $state.raw<Alarm[] | null>(null);
  events = $state.raw<SecurityEvent[] | null>(null);
  fromMs = $state(weekStart(serverClock.read()));
  atMs = $state<number | null>(null);
  failure = $state.raw<RequestFailed | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;
  #stop: () => void = () => undefined;

  start(): void {
    void this.load();
    this.#timer = setInterval(() => void this.load(), EVERY_MS);
    this.#stop = live.onRefresh(() => void this.load());
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  async load(): Promise<void> {
    const nowMs = serverClock.read();
    this.fromMs = weekStart(nowMs);
    const since = new URLSearchParams({ from: new Date(this.fromMs).toISOString() });
    // A police officer may see events but no alarms, a station's owner the other way round.
    const [alarms, events] = await Promise.allSettled([fetchNewestAlarms(MOST), fetchEvents(since, MOST)]);
    if (alarms.status === 'fulfilled') this.alarms = alarms.value;
    if (events.status === 'fulfilled') this.events = events.value.events;
    const failed = [alarms, events].find((one) => one.status === 'rejected');
    const reason: unknown = failed?.reason;
    if (reason !== undefined && !(reason instanceof RequestFailed)) throw reason;
    this.failure = reason instanceof RequestFailed && reason.status !== 403 ? reason : null;
    this.atMs = nowMs;
  }
}
