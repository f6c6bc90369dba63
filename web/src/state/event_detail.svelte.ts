/** One event with its neighbours and its custody log, kept up to date by the stream. */
import { RequestFailed } from '../api/client';
import { fetchCustody, fetchEvent, fetchEvents } from '../api/security_client';
import type { CustodyLog, SecurityEvent } from '../api/security_contract';
import { withPage } from '../domain/event_feed';
import { replaces } from '../domain/event_order';
import { serverClock } from './clock.svelte';
import { live } from './live.svelte';

const NEIGHBOURS_MS = 24 * 3_600_000;
const MOST_NEIGHBOURS = 200;

export class EventDetail {
  event = $state.raw<SecurityEvent | null>(null);
  others = $state.raw<SecurityEvent[]>([]);
  custody = $state.raw<CustodyLog | null>(null);
  state = $state<'loading' | 'ready' | 'missing' | 'failed'>('loading');
  failure = $state.raw<RequestFailed | null>(null);
  readonly #id: string;
  #closed = false;
  readonly #stops: (() => void)[];

  constructor(id: string) {
    this.#id = id;
    this.#stops = [
      live.onStream((event) => {
        if (event.kind !== 'event') return;
        if (event.event.id === id) this.take(event.event);
        else if (event.event.camera === this.event?.camera) {
          this.others = withPage(this.others, [event.event]);
        }
      }),
      live.onRefresh(() => void this.load()),
    ];
  }

  async load(): Promise<void> {
    try {
      this.take(await fetchEvent(this.#id));
      if (this.#closed) return;
      this.state = 'ready';
      await Promise.all([this.#loadOthers(), this.loadCustody()]);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (this.#closed) return;
      this.failure = error;
      if (this.event === null) this.state = error.status === 404 ? 'missing' : 'failed';
    }
  }

  /** Load the log anew, after something that the gateway writes into it. */
  async loadCustody(): Promise<void> {
    try {
      const log = await fetchCustody(this.#id);
      if (!this.#closed) this.custody = log;
    } catch (error) {
      // The log is shown beside the evidence; without it the rest still serves.
      if (!(error instanceof RequestFailed)) throw error;
    }
  }

  take(event: SecurityEvent): void {
    if (!this.#closed && replaces(event, this.event ?? undefined)) this.event = event;
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  async #loadOthers(): Promise<void> {
    if (this.event === null) return;
    const from = new Date(serverClock.read() - NEIGHBOURS_MS).toISOString();
    const conditions = new URLSearchParams({ camera: this.event.camera, from });
    const { events } = await fetchEvents(conditions, MOST_NEIGHBOURS);
    if (!this.#closed) this.others = withPage([], events);
  }
}
