/** An earlier stretch of one channel, moved under the present one, fetched ahead piece by piece. */
import { fetchReadings, RequestFailed } from '../api/client';
import type { Series } from '../chart/series';
import { moved } from '../domain/compare';
import { serverClock } from './clock.svelte';
import { live } from './live.svelte';

export class Past {
  series = $state.raw<Series | null>(null);
  failure = $state.raw<RequestFailed | null>(null);
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  /** @param shift_ms how far back it lies; @param span_ms how long the chart is. */
  constructor(
    readonly station: string,
    readonly channel: string,
    readonly span_ms: number,
    readonly shift_ms: number,
  ) {
    this.#stop = live.onRefresh(() => void this.load());
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const toMs = serverClock.read() - this.shift_ms;
    // What the chart moves on to is known already.
    const ahead_ms = Math.min(this.shift_ms, Math.max(600_000, this.span_ms / 8));
    try {
      const series = await fetchReadings(this.station, this.channel, toMs - this.span_ms, toMs + ahead_ms);
      if (this.#closed) return;
      this.series = moved(series, this.shift_ms);
      this.failure = null;
      this.#timer = setTimeout(() => void this.load(), ahead_ms * 0.9);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (!this.#closed) this.failure = error;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stop();
  }
}
