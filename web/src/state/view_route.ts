/** Addresses of the wall, the map and the leaders' page: `#/wall?stations=a,b&cameras=c&every=30`. */

/** How long the wall shows one page, in seconds. */
export const TURN_S = { least: 5, most: 600, usual: 20 } as const;

export type ViewRoute =
  | { page: 'wall'; stations: string[]; cameras: string[]; every_s: number }
  | { page: 'map' }
  | { page: 'today' };

export const WHOLE_WALL: ViewRoute = { page: 'wall', stations: [], cameras: [], every_s: TURN_S.usual };

/** Return the route of `page` and its query, or null where the page is not one of these. */
export function parseView(page: string | undefined, query: URLSearchParams): ViewRoute | null {
  if (page === 'map' || page === 'today') return { page };
  if (page !== 'wall') return null;
  const every_s = Number(query.get('every') ?? TURN_S.usual);
  return {
    page,
    stations: names(query.get('stations')),
    cameras: names(query.get('cameras')),
    every_s: Number.isFinite(every_s)
      ? Math.min(TURN_S.most, Math.max(TURN_S.least, Math.round(every_s)))
      : TURN_S.usual,
  };
}

/** Return the hash of a route; `parseView` reads it back unchanged. */
export function viewHash(route: ViewRoute): string {
  if (route.page !== 'wall') return `#/${route.page}`;
  const parts: string[] = [];
  if (route.stations.length > 0) parts.push(`stations=${route.stations.map(encodeURIComponent).join(',')}`);
  if (route.cameras.length > 0) parts.push(`cameras=${route.cameras.map(encodeURIComponent).join(',')}`);
  if (route.every_s !== TURN_S.usual) parts.push(`every=${route.every_s}`);
  return parts.length > 0 ? `#/wall?${parts.join('&')}` : '#/wall';
}

function names(list: string | null): string[] {
  return [...new Set((list ?? '').split(',').filter(Boolean))];
}
