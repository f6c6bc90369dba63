/** The server's time, as this page sees it, ticking once a second. */

/** Differences below this are the resolution of the Date header, not a wrong clock. */
const TOLERATED_MS = 1_500;

class ServerClock {
  #offset_ms = 0;
  now = $state(Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Return the server's time in epoch milliseconds. */
  read(): number {
    return Date.now() + this.#offset_ms;
  }

  start(): void {
    this.#timer = setInterval(() => (this.now = this.read()), 1_000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Take the time that the server wrote on an answer. */
  learn(serverMs: number): void {
    const offset_ms = serverMs - Date.now();
    this.#offset_ms = Math.abs(offset_ms) < TOLERATED_MS ? 0 : offset_ms;
    this.now = this.read();
  }
}

export const serverClock = new ServerClock();
