/** The addresses of the page, kept behind the # so that a plain file server is enough. */
import { parseCompare, type Compare } from '../domain/compare';
import { readFilter, writeFilter, type EventFilter } from '../domain/event_filter';
import { parseView, viewHash, type ViewRoute } from './view_route';

/** The lists and sheets of the alarm desk. */
export const ALARM_VIEWS = ['open', 'silenced', 'all', 'figures', 'definitions'] as const;
export type AlarmView = (typeof ALARM_VIEWS)[number];
export type Range = '15m' | '1h' | '6h' | '24h' | '7d';
export type Route =
  | { page: 'overview' }
  | { page: 'station'; station: string; channel: string | null; range: Range; compare?: Compare | null }
  | { page: 'alarms'; filter: AlarmView }
  | { page: 'system' }
  | NoticesRoute
  | ReportsRoute
  | AccessRoute
  | ViewRoute
  | DeskRoute;
export const NOTICE_TABS = ['recipients', 'duty', 'deliveries'] as const;
export interface NoticesRoute {
  page: 'notices';
  tab: (typeof NOTICE_TABS)[number];
}
/** The pages that are fetched only when somebody goes there. */
export type DeskRoute =
  | { page: 'events'; filter: EventFilter }
  | { page: 'event'; event: string }
  | { page: 'cameras' }
  | { page: 'camera'; camera: string };

/** `version` is a number, or null for what would be generated now. */
export type ReportsRoute =
  | { page: 'reports' }
  | { page: 'report'; report: string; view: 'sections' | 'preview'; version: number | null };
/** Pages about accounts, fetched only when somebody goes there. */
export type AccessRoute = { page: 'account' } | { page: 'accounts' } | { page: 'audit' };

export const RANGES: Record<Range, number> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 6 * 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
};

/** Return the route of a location hash; an unknown one leads to the overview. */
export function parseHash(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const query = new URLSearchParams(search);
  const [page, id] = path.split('/').filter(Boolean);
  if (page === 'alarms') {
    return { page, filter: ALARM_VIEWS.find((view) => view === query.get('show')) ?? 'open' };
  }
  if (page === 'system') return { page };
  if (page === 'notices') return { page, tab: NOTICE_TABS.find((tab) => tab === id) ?? 'recipients' };
  if (page === 'reports') {
    if (id === undefined) return { page };
    const version = Number(query.get('version'));
    return {
      page: 'report',
      report: safeDecode(id),
      view: query.get('view') === 'preview' ? 'preview' : 'sections',
      version: Number.isInteger(version) && version > 0 ? version : null,
    };
  }
  if (page === 'account' || page === 'accounts' || page === 'audit') return { page };
  if (page === 'events') {
    if (id !== undefined) return { page: 'event', event: safeDecode(id) };
    return { page, filter: readFilter(query) };
  }
  if (page === 'cameras') {
    return id === undefined ? { page } : { page: 'camera', camera: safeDecode(id) };
  }
  if (page === 'stations' && id !== undefined) {
    const range = query.get('range') ?? '';
    const compare = parseCompare(query.get('compare'));
    return {
      page: 'station',
      station: safeDecode(id),
      channel: query.get('channel'),
      range: range in RANGES ? (range as Range) : '1h',
      ...(compare === null ? {} : { compare }),
    };
  }
  return parseView(page, query) ?? { page: 'overview' };
}

/** Return the hash of a route; `parseHash` reads it back unchanged. */
export function toHash(route: Route): string {
  switch (route.page) {
    case 'wall':
    case 'map':
    case 'today':
      return viewHash(route);
    case 'overview':
      return '#/';
    case 'system':
      return '#/system';
    case 'account':
    case 'accounts':
    case 'audit':
      return `#/${route.page}`;
    case 'notices':
      return route.tab === 'recipients' ? '#/notices' : `#/notices/${route.tab}`;
    case 'reports':
      return '#/reports';
    case 'report': {
      const query = new URLSearchParams();
      if (route.view === 'preview') query.set('view', 'preview');
      if (route.version !== null) query.set('version', String(route.version));
      const search = query.size ? `?${query}` : '';
      return `#/reports/${encodeURIComponent(route.report)}${search}`;
    }
    case 'alarms':
      return route.filter === 'open' ? '#/alarms' : `#/alarms?show=${route.filter}`;
    case 'events': {
      const query = writeFilter(route.filter);
      return query.size ? `#/events?${query}` : '#/events';
    }
    case 'event':
      return `#/events/${encodeURIComponent(route.event)}`;
    case 'cameras':
      return '#/cameras';
    case 'camera':
      return `#/cameras/${encodeURIComponent(route.camera)}`;
    case 'station': {
      const query = new URLSearchParams();
      if (route.channel !== null) query.set('channel', route.channel);
      if (route.range !== '1h') query.set('range', route.range);
      if (route.compare) query.set('compare', route.compare);
      const search = query.size ? `?${query}` : '';
      return `#/stations/${encodeURIComponent(route.station)}${search}`;
    }
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
