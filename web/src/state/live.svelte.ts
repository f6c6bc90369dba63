/** The living copy of the centre: a snapshot, then the stream; after every break again. */
import { acknowledgeAlarm, fetchOpenAlarms, fetchStations, listenForServerTime } from '../api/client';
import type { Alarm, ScanEvent } from '../api/contract';
import { GatewayStream, type StreamEvent } from '../api/stream';
import { isOpen } from '../domain/alarm_order';
import { applyAlarms, applyEvent, EMPTY_CENTRE, takeSnapshot, type Centre } from './centre';
import { serverClock } from './clock.svelte';
import { session } from './session.svelte';

export type Link = 'connecting' | 'live' | 'lost';

class Live {
  centre = $state.raw<Centre>(EMPTY_CENTRE);
  link = $state<Link>('connecting');
  lostSinceMs = $state<number | null>(null);
  loaded = $state(false);
  #heldBack: StreamEvent[] | null = null;
  #streamListeners = new Set<(event: StreamEvent) => void>();
  #refreshListeners = new Set<() => void>();
  #stream = new GatewayStream({
    onEvent: (event) => this.#onEvent(event),
    onLost: () => this.#onLost(),
  });

  get openAlarms(): Alarm[] {
    return [...this.centre.alarms.values()].filter(isOpen);
  }

  start(): void {
    listenForServerTime((serverMs) => serverClock.learn(serverMs));
    serverClock.start();
    this.#stream.start();
  }

  close(): void {
    this.#stream.close();
    serverClock.stop();
    this.centre = EMPTY_CENTRE;
    this.link = 'connecting';
    this.loaded = false;
    this.lostSinceMs = null;
    this.#heldBack = null;
  }

  /** Hear every live scan; returns the function that ends it. */
  onScan(listener: (scan: ScanEvent) => void): () => void {
    return this.onStream((event) => {
      if (event.kind === 'scan') listener(event.scan);
    });
  }

  /** Hear everything that the stream brings but the hello; returns the function that ends it. */
  onStream(listener: (event: StreamEvent) => void): () => void {
    this.#streamListeners.add(listener);
    return () => this.#streamListeners.delete(listener);
  }

  /** Hear that the page recovered from a break and history may have grown meanwhile. */
  onRefresh(listener: () => void): () => void {
    this.#refreshListeners.add(listener);
    return () => this.#refreshListeners.delete(listener);
  }

  /**
   * Acknowledge an alarm in the name of whoever is signed in.
   *
   * @throws RequestFailed where the gateway refuses or does not answer.
   */
  async acknowledge(id: Alarm['id'], note: string): Promise<void> {
    this.takeAlarms([await acknowledgeAlarm(id, note)]);
  }

  takeAlarms(alarms: readonly Alarm[]): void {
    this.centre = applyAlarms(this.centre, alarms);
  }

  #onEvent(event: StreamEvent): void {
    if (event.kind === 'hello') {
      void this.#refresh();
      return;
    }
    if (this.#heldBack !== null) this.#heldBack.push(event);
    else this.centre = applyEvent(this.centre, event, serverClock.read());
    for (const listener of this.#streamListeners) listener(event);
  }

  /** Events that arrive while the snapshot travels are applied on top of it. */
  async #refresh(): Promise<void> {
    const mine: StreamEvent[] = [];
    this.#heldBack = mine;
    try {
      const [stations, alarms] = session.may('see_stations')
        ? await Promise.all([fetchStations(), fetchOpenAlarms()])
        : [[], []];
      if (this.#heldBack !== mine) return;
      let centre = takeSnapshot(stations, alarms);
      for (const event of mine) centre = applyEvent(centre, event, serverClock.read());
      this.centre = centre;
      this.#heldBack = null;
      this.loaded = true;
      this.link = 'live';
      this.lostSinceMs = null;
      for (const listener of this.#refreshListeners) listener();
    } catch {
      // Whatever went wrong, the way back is the same as after a broken stream.
      if (this.#heldBack === mine) this.#stream.lose();
    }
  }

  #onLost(): void {
    this.#heldBack = null;
    this.link = 'lost';
    this.lostSinceMs ??= serverClock.read();
  }
}

export const live = new Live();
