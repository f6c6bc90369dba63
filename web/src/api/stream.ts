/** The event stream of the gateway, reopened by itself for as long as the page lives. */
import { fetchHealth } from './client';
import { fetchSession } from './session_client';
import type { Alarm, ScanEvent, Station } from './contract';
import { retryDelayMs } from './backoff';
import type { Camera, SecurityEvent } from './security_contract';

export type StreamEvent =
  | { kind: 'hello'; startedAt: string }
  | { kind: 'scan'; scan: ScanEvent }
  | { kind: 'station'; station: Station }
  | { kind: 'alarm'; alarm: Alarm }
  | { kind: 'camera'; camera: Camera }
  | { kind: 'event'; event: SecurityEvent };

export interface StreamListener {
  onEvent(event: StreamEvent): void;
  onLost(): void;
}

/** Silence after which the gateway is asked whether it still lives (a frozen one says nothing). */
const QUIET_MS = 12_000;
const OPEN_TIMEOUT_MS = 10_000;

/** Owns one EventSource at a time, its watchdog and its retry timer. */
export class GatewayStream {
  #source: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #closed = false;
  readonly #listener: StreamListener;
  readonly #wake = (): void => {
    if (this.#source === null && document.visibilityState === 'visible') this.#open();
  };

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  start(): void {
    this.#closed = false;
    window.addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    this.#open();
  }

  close(): void {
    this.#closed = true;
    window.removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#drop();
  }

  /** Give up the present connection and try again later, as after a broken one. */
  lose(): void {
    this.#drop();
    if (this.#closed) return;
    this.#listener.onLost();
    // An event source does not say why it broke: perhaps nobody is signed in any more.
    void fetchSession().catch(() => undefined);
    this.#retry = setTimeout(() => this.#open(), retryDelayMs(this.#attempt++, Math.random()));
  }

  #open(): void {
    this.#drop();
    const source = new EventSource('/api/v1/stream');
    this.#source = source;
    source.onerror = () => this.lose();
    const on = (name: string, deliver: (data: unknown) => StreamEvent): void =>
      source.addEventListener(name, (message: MessageEvent<string>) => {
        this.#watch(QUIET_MS);
        this.#listener.onEvent(deliver(JSON.parse(message.data)));
      });
    on('hello', (data) => {
      this.#attempt = 0;
      return { kind: 'hello', startedAt: (data as { started_at: string }).started_at };
    });
    on('scan', (data) => ({ kind: 'scan', scan: data as ScanEvent }));
    on('station', (data) => ({ kind: 'station', station: data as Station }));
    on('alarm', (data) => ({ kind: 'alarm', alarm: data as Alarm }));
    on('camera', (data) => ({ kind: 'camera', camera: data as Camera }));
    on('event', (data) => ({ kind: 'event', event: data as SecurityEvent }));
    this.#watch(OPEN_TIMEOUT_MS);
  }

  #watch(wait_ms: number): void {
    clearTimeout(this.#quiet);
    const source = this.#source;
    this.#quiet = setTimeout(() => void this.#probe(source), wait_ms);
  }

  async #probe(source: EventSource | null): Promise<void> {
    const alive = await fetchHealth().then(
      () => true,
      () => false,
    );
    if (source !== this.#source) return;
    if (alive && source?.readyState === EventSource.OPEN) this.#watch(QUIET_MS);
    else this.lose();
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#quiet);
    this.#source?.close();
    this.#source = null;
  }
}
