/** What a wall shows at one moment: which page, which channels, and how far the picture is shifted. */
import type { ChannelView, Emphasis } from './channel_view';

export const STATIONS_ON_A_PAGE = 4;
export const CAMERAS_ON_A_PAGE = 2;
/** More rows than this cannot be read from five metres. */
export const CHANNELS_OF_A_STATION = 8;

/** Return the members of `known` that `wanted` names, in that order; all where it names none. */
export function chosen<T extends { id: string }>(known: readonly T[], wanted: readonly string[]): T[] {
  if (wanted.length === 0) return [...known];
  const byId = new Map(known.map((one) => [one.id, one]));
  return wanted.map((id) => byId.get(id)).filter((one) => one !== undefined);
}

export function pageCount(stations: number, cameras: number): number {
  return Math.max(1, Math.ceil(stations / STATIONS_ON_A_PAGE), Math.ceil(cameras / CAMERAS_ON_A_PAGE));
}

/** Return what stands on page `page`; a list that has fewer pages begins again. */
export function onPage<T>(items: readonly T[], size: number, page: number): T[] {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const first = (page % pages) * size;
  return items.slice(first, first + size);
}

/**
 * Return the page that is due at `nowMs`: the clock decides, so that all screens turn together.
 *
 * @param offset pages that somebody turned by hand.
 */
export function duePage(nowMs: number, every_s: number, pages: number, offset: number): number {
  const turned = Math.floor(nowMs / (every_s * 1_000)) + offset;
  return ((turned % pages) + pages) % pages;
}

const RANK: Record<Emphasis, number> = { limit: 0, warn: 1, aside: 2, stale: 3, none: 3 };

/** Return the rows that fit, in their own order, and how many are left out; alarms always fit first. */
export function shownChannels(
  views: readonly ChannelView[],
  most = CHANNELS_OF_A_STATION,
): { shown: ChannelView[]; hidden: number } {
  if (views.length <= most) return { shown: [...views], hidden: 0 };
  const kept = new Set(
    [...views].sort((a, b) => RANK[a.emphasis] - RANK[b.emphasis]).slice(0, most),
  );
  return { shown: views.filter((view) => kept.has(view)), hidden: views.length - most };
}

const SHIFT_EVERY_MS = 60_000;
const REACH_PX = 4;

/**
 * Return by how many pixels (−4 … 4 each way) the picture stands aside, against burnt-in screens.
 *
 * One pixel a minute along a spiral-free path that visits each of the 81 places in 81 minutes.
 */
export function burnInShift(nowMs: number): { x: number; y: number } {
  const side = 2 * REACH_PX + 1;
  const step = Math.floor(nowMs / SHIFT_EVERY_MS) % (side * side);
  const row = Math.floor(step / side);
  const along = step % side;
  // Back and forth, so that no step is longer than a pixel within a round.
  const column = row % 2 === 0 ? along : side - 1 - along;
  return { x: column - REACH_PX, y: row - REACH_PX };
}
