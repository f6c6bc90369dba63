/** The installed page: its service worker, and what the offline page has to know. */

/** Where the offline page reads when the server was last heard. */
export const LAST_LIVE = 'quantrac.last_live_ms';
const NOTE_EVERY_MS = 30_000;

/** Register the worker, where the browser has one and the connection is secure. */
export function install(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch((error: unknown) => {
    // Forbidden by policy or in a private window: the page works without it.
    console.warn('no service worker:', error);
  });
}

/**
 * Note the moment whenever the page has become live, and every half minute while `isLive`.
 *
 * @param onLive hears that the page has become live; returns the function that ends that.
 * @returns the function that ends it all.
 */
export function noteLive(
  isLive: () => boolean,
  onLive: (listener: () => void) => () => void,
): () => void {
  const note = (): void => {
    if (!isLive()) return;
    try {
      localStorage.setItem(LAST_LIVE, String(Date.now()));
    } catch {
      return;
    }
  };
  const timer = setInterval(note, NOTE_EVERY_MS);
  window.addEventListener('pagehide', note);
  const stop = onLive(note);
  return () => {
    clearInterval(timer);
    stop();
    window.removeEventListener('pagehide', note);
  };
}
