/** Which right a page takes; the gateway decides, the page only does not offer what it would refuse. */
import type { Permission } from '../api/session_contract';
import type { Route } from '../state/route';

const RIGHTS: Partial<Record<Route['page'], Permission>> = {
  overview: 'see_stations',
  station: 'see_stations',
  alarms: 'see_stations',
  today: 'see_stations',
  events: 'see_events',
  event: 'see_events',
  cameras: 'see_events',
  camera: 'see_events',
  reports: 'see_reports',
  report: 'see_reports',
  notices: 'see_deliveries',
  system: 'see_system',
  accounts: 'manage_accounts',
  audit: 'see_audit',
};

/** Return the right that a page takes; null is none. */
export function rightOf(page: Route['page']): Permission | null {
  return RIGHTS[page] ?? null;
}
