/** What the gateway sends and accepts about who is signed in. */

export type Role =
  | 'administrator'
  | 'operator'
  | 'police'
  | 'leader'
  | 'station_owner'
  | 'technician';
export const ROLES: readonly Role[] = [
  'administrator',
  'operator',
  'police',
  'leader',
  'station_owner',
  'technician',
];
export type Permission =
  | 'see_stations'
  | 'handle_alarms'
  | 'service_alarms'
  | 'see_events'
  | 'judge_events'
  | 'see_faces'
  | 'export_evidence'
  | 'see_reports'
  | 'write_reports'
  | 'see_system'
  | 'see_deliveries'
  | 'configure'
  | 'manage_accounts'
  | 'see_audit';

export interface Session {
  account: string;
  name: string;
  kind: 'session' | 'token' | 'service';
  roles: Role[];
  permissions: Permission[];
  /** Null is all. */
  stations: string[] | null;
  cameras: string[] | null;
  must_change_password: boolean;
  /** Goes into the header X-CSRF-Token of every request that changes something. */
  csrf: string;
  expires_at: string | null;
}

export interface SignInWays {
  password: boolean;
  /** Name of the identity provider, or null where there is none. */
  provider: string | null;
}
