/** The live picture of one camera, asked for again and again while somebody can see it. */
import { previewUrl } from '../api/security_client';
import { retryDelayMs } from '../api/backoff';
import { serverClock } from './clock.svelte';

const INTERVAL_MS = 400;
/** A camera without a picture is asked less often: nothing moves there. */
const QUIET_INTERVAL_MS = 4_000;
const TIMEOUT_MS = 8_000;

export class Preview {
  /** When the shown picture was taken (epoch ms, server time); null while there is none. */
  takenMs = $state<number | null>(null);
  readonly #camera: string;
  readonly #canvas: HTMLCanvasElement;
  readonly #isQuiet: () => boolean;
  readonly #observer: IntersectionObserver;
  readonly #follow = (): void => this.#update();
  #onScreen = false;
  #failures = 0;
  #version: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | null = null;

  constructor(camera: string, canvas: HTMLCanvasElement, isQuiet: () => boolean) {
    this.#camera = camera;
    this.#canvas = canvas;
    this.#isQuiet = isQuiet;
    this.#observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1)?.isIntersecting ?? false;
      this.#update();
    });
    this.#observer.observe(canvas);
    document.addEventListener('visibilitychange', this.#follow);
  }

  close(): void {
    this.#observer.disconnect();
    document.removeEventListener('visibilitychange', this.#follow);
    this.#onScreen = false;
    this.#update();
  }

  #update(): void {
    const wanted = this.#onScreen && document.visibilityState === 'visible';
    if (wanted && this.#running === null) {
      this.#running = new AbortController();
      void this.#ask(this.#running.signal);
    }
    if (!wanted) {
      clearTimeout(this.#timer);
      this.#running?.abort();
      this.#running = null;
    }
  }

  async #ask(ended: AbortSignal): Promise<void> {
    let wait_ms = this.#isQuiet() ? QUIET_INTERVAL_MS : INTERVAL_MS;
    try {
      await this.#draw(ended);
      this.#failures = 0;
    } catch {
      // Refused, timed out, or not a picture: the last one stays and grows old in sight.
      wait_ms = Math.max(wait_ms, retryDelayMs(this.#failures++, Math.random(), 800, 15_000));
    }
    if (!ended.aborted) this.#timer = setTimeout(() => void this.#ask(ended), wait_ms);
  }

  async #draw(ended: AbortSignal): Promise<void> {
    const answer = await fetch(previewUrl(this.#camera), {
      signal: AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: this.#version === null ? {} : { 'if-none-match': this.#version },
    });
    if (answer.status === 304) {
      this.#tellAge(answer);
      return;
    }
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const picture = await createImageBitmap(await answer.blob());
    if (!ended.aborted) {
      this.#canvas.width = picture.width;
      this.#canvas.height = picture.height;
      this.#canvas.getContext('2d')?.drawImage(picture, 0, 0);
      this.#tellAge(answer);
      this.#version = answer.headers.get('etag');
    }
    picture.close();
  }

  #tellAge(answer: Response): void {
    const takenMs = Date.parse(answer.headers.get('x-taken-at') ?? '');
    this.takenMs = Number.isFinite(takenMs) ? takenMs : serverClock.read();
  }
}
