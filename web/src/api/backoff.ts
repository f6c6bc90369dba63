/** How long to wait before the next attempt: doubling, capped, spread by chance. */

/**
 * Return the wait in milliseconds before attempt number `attempt` (0 is the first retry).
 *
 * @param chance 0 … 1; spreads the browsers of a control room so they do not return at once.
 */
export function retryDelayMs(attempt: number, chance: number, firstMs = 500, capMs = 10_000): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + 0.5 * chance));
}
