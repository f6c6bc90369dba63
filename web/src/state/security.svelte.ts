/** The living copy of cameras and open events; its faults never touch the stations. */
import { RequestFailed } from '../api/client';
import { fetchCameras, fetchEvents } from '../api/security_client';
import { retryDelayMs } from '../api/backoff';
import type { SecurityEvent } from '../api/security_contract';
import type { StreamEvent } from '../api/stream';
import { newestFirst } from '../domain/event_order';
import { live } from './live.svelte';
import { session } from './session.svelte';
import { applySecurity, EMPTY_SECURITY, takeSecurity, type Security } from './security';

/** More open events than this are a flood that no strip can show. */
const MOST_OPEN = 200;

class SecurityDesk {
  known = $state.raw<Security>(EMPTY_SECURITY);
  loaded = $state(false);
  #heldBack: StreamEvent[] | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #stops: (() => void)[] = [];

  /** Open events, newest first. */
  get open(): SecurityEvent[] {
    return [...this.known.open.values()].sort(newestFirst);
  }

  start(): void {
    this.#stops = [
      live.onStream((event) => this.#onStream(event)),
      live.onRefresh(() => void this.#refresh()),
    ];
  }

  close(): void {
    clearTimeout(this.#retry);
    for (const stop of this.#stops) stop();
    this.known = EMPTY_SECURITY;
    this.loaded = false;
    this.#heldBack = null;
  }

  #onStream(event: StreamEvent): void {
    if (event.kind !== 'camera' && event.kind !== 'event') return;
    this.#heldBack?.push(event);
    this.known = applySecurity(this.known, event);
  }

  /** Events that arrive while the snapshot travels are applied on top of it. */
  async #refresh(): Promise<void> {
    clearTimeout(this.#retry);
    if (!session.may('see_events')) return;
    const mine: StreamEvent[] = [];
    this.#heldBack = mine;
    try {
      const [cameras, open] = await Promise.all([
        fetchCameras(),
        fetchEvents(new URLSearchParams({ phase: 'open' }), MOST_OPEN),
      ]);
      if (this.#heldBack !== mine) return;
      this.known = mine.reduce(applySecurity, takeSecurity(cameras, open.events));
      this.#heldBack = null;
      this.#attempt = 0;
      this.loaded = true;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (this.#heldBack !== mine) return;
      this.#heldBack = null;
      // While the link is lost, its return brings the next attempt.
      if (live.link !== 'live') return;
      const wait_ms = retryDelayMs(this.#attempt++, Math.random(), 1_000, 60_000);
      this.#retry = setTimeout(() => void this.#refresh(), wait_ms);
    }
  }
}

export const security = new SecurityDesk();
