/** The events that pass one filter: pages of the gateway, and live ones as they come. */
import { RequestFailed } from '../api/client';
import { fetchEvents, postVerdict } from '../api/security_client';
import type { SecurityEvent, Verdict } from '../api/security_contract';
import { withLive, withPage } from '../domain/event_feed';
import { askFor, type EventFilter } from '../domain/event_filter';
import { serverClock } from './clock.svelte';
import { live } from './live.svelte';

const PAGE_SIZE = 50;

export class EventFeed {
  events = $state.raw<SecurityEvent[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  failure = $state.raw<RequestFailed | null>(null);
  next = $state<string | null>(null);
  loadingMore = $state(false);
  readonly #filter: EventFilter;
  readonly #onArrival: (event: SecurityEvent) => void;
  #kept = new Set<string>();
  #heldBack: SecurityEvent[] | null = null;
  #closed = false;
  readonly #stops: (() => void)[];

  constructor(filter: EventFilter, onArrival: (event: SecurityEvent) => void) {
    this.#filter = filter;
    this.#onArrival = onArrival;
    this.#stops = [
      live.onStream((event) => {
        if (event.kind !== 'event') return;
        this.#heldBack?.push(event.event);
        this.#take(event.event);
      }),
      live.onRefresh(() => void this.load()),
    ];
  }

  /** Load the newest page; live events that arrive meanwhile are put on top of it. */
  async load(): Promise<void> {
    const mine: SecurityEvent[] = [];
    this.#heldBack = mine;
    try {
      const page = await fetchEvents(askFor(this.#filter, serverClock.read()), PAGE_SIZE);
      if (this.#closed || this.#heldBack !== mine) return;
      const isFirst = this.state !== 'ready';
      this.events = withPage([], page.events);
      this.next = page.next;
      this.state = 'ready';
      for (const event of mine) this.#take(event, !isFirst);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (this.#closed || this.#heldBack !== mine) return;
      this.failure = error;
      if (this.events.length === 0) this.state = 'failed';
    } finally {
      if (this.#heldBack === mine) this.#heldBack = null;
    }
  }

  async loadMore(): Promise<void> {
    if (this.next === null || this.loadingMore) return;
    this.loadingMore = true;
    const cursor = this.next;
    try {
      const page = await fetchEvents(askFor(this.#filter, serverClock.read()), PAGE_SIZE, cursor);
      if (this.#closed || this.next !== cursor) return;
      this.events = withPage(this.events, page.events);
      this.next = page.next;
      this.failure = null;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      this.failure = error;
    } finally {
      this.loadingMore = false;
    }
  }

  /**
   * Write a verdict; the row stays where it is even if the filter no longer lets it through.
   *
   * @throws RequestFailed where the gateway refuses or does not answer.
   */
  async judge(event: SecurityEvent, verdict: Verdict): Promise<void> {
    this.#kept.add(event.id);
    this.#take(await postVerdict(event.id, verdict, event.note), false);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  #take(event: SecurityEvent, tells = true): void {
    const change = withLive(this.events, event, this.#filter, {
      nowMs: serverClock.read(),
      hasMore: this.next !== null,
      kept: this.#kept,
    });
    this.events = change.listed;
    if (tells && change.isNew && this.state === 'ready') this.#onArrival(event);
  }
}
