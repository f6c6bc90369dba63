/** Keeps a screen on while a page is shown; browsers give the lock up whenever they hide the page. */

/** Hold the lock until the returned function is called; a browser that refuses is left in peace. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let ended = false;
  const ask = async (): Promise<void> => {
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    if (lock !== null && !lock.released) return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      if (ended) await taken.release();
      else lock = taken;
    } catch (error) {
      // Refused on battery power or by policy; the page works without.
      if (!(error instanceof DOMException)) throw error;
    }
  };
  const onVisible = (): void => void ask();
  document.addEventListener('visibilitychange', onVisible);
  void ask();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release();
  };
}
