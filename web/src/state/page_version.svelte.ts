/** Whether the server has a newer page than this one: its entry script has another name then. */
import { live } from './live.svelte';

const CHECK_EVERY_MS = 10 * 60_000;
const TIMEOUT_MS = 10_000;
const ENTRY = /src="(\/assets\/index-[^"]+\.js)"/;

/** Return the entry script that a page names, or null. */
export function entryOf(html: string): string | null {
  return ENTRY.exec(html)?.[1] ?? null;
}

class PageVersion {
  /** True once the server has a page that this one is not. */
  outdated = $state(false);
  #timer: ReturnType<typeof setInterval> | undefined;
  #stop: () => void = () => undefined;
  readonly #onOnline = (): void => void this.check();
  readonly #own = document.querySelector<HTMLScriptElement>('script[src^="/assets/index-"]');

  start(): void {
    this.#timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
    // A renewed gateway breaks the stream, and the snapshot after it comes from the new one.
    this.#stop = live.onRefresh(() => void this.check());
    window.addEventListener('online', this.#onOnline);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
    window.removeEventListener('online', this.#onOnline);
  }

  async check(): Promise<void> {
    if (this.#own === null || this.outdated) return;
    try {
      const answer = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
      const entry = answer.ok ? entryOf(await answer.text()) : null;
      this.outdated = entry !== null && entry !== this.#own.getAttribute('src');
    } catch {
      // Out of reach: the next look is after the stream has come back.
      return;
    }
  }
}

export const pageVersion = new PageVersion();
