/** The stretch of one channel that the chart shows, kept up to date by live scans. */
import { fetchReadings, RequestFailed } from '../api/client';
import { withReading, type Series } from '../chart/series';
import { serverClock } from './clock.svelte';
import { live } from './live.svelte';

export type HistoryState = 'loading' | 'ready' | 'failed';

export class History {
  series = $state.raw<Series | null>(null);
  state = $state<HistoryState>('loading');
  failure = $state.raw<RequestFailed | null>(null);
  readonly #station: string;
  readonly #channel: string;
  readonly #span_ms: number;
  #closed = false;
  readonly #stops: (() => void)[];

  constructor(station: string, channel: string, span_ms: number) {
    this.#station = station;
    this.#channel = channel;
    this.#span_ms = span_ms;
    this.#stops = [
      live.onScan((scan) => {
        if (scan.station !== station || this.series === null) return;
        const reading = scan.readings.find((one) => one.c === channel);
        if (reading === undefined) return;
        const { v, s, q } = reading;
        const fromMs = serverClock.read() - span_ms;
        this.series = withReading(this.series, { atMs: Date.parse(scan.at), v, s, q }, fromMs);
      }),
      live.onRefresh(() => void this.load()),
    ];
  }

  async load(): Promise<void> {
    const toMs = serverClock.read();
    try {
      const series = await fetchReadings(this.#station, this.#channel, toMs - this.#span_ms, toMs);
      if (this.#closed) return;
      this.series = series;
      this.state = 'ready';
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (this.#closed) return;
      this.state = 'failed';
      this.failure = error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }
}
