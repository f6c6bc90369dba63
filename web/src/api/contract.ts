/** What the gateway sends and accepts under /api/v1, field for field. */

export type StationState = 'online' | 'silent' | 'offline' | 'unknown';
export type ClockState = 'synced' | 'unsynced' | 'stepped';
export type StationKind = 'wastewater' | 'stack' | 'other';
export type Level = 'warn' | 'limit';
/** `fault` is the level of the alarms that the centre raises itself. */
export type AlarmLevel = Level | 'fault';
export type Priority = 'urgent' | 'high' | 'medium' | 'low';
export type Silence =
  | 'late'
  | 'out_of_service'
  | 'suppressed'
  | 'shelved'
  | 'station_offline'
  | 'calibrating'
  | 'maintenance';
export type Side = 'high' | 'low';
export type MeasurementState =
  | 'measuring'
  | 'calibrating'
  | 'maintenance'
  | 'fault'
  | 'stopped'
  | 'comms_lost';
export type Quality = 'good' | 'suspect' | 'bad';
export type Reason =
  | 'out_of_range'
  | 'stuck'
  | 'spike'
  | 'rate'
  | 'not_a_number'
  | 'timeout'
  | 'no_connection'
  | 'modbus_exception'
  | 'bad_reply'
  | 'quarantined'
  | 'device_fault'
  | 'unknown_state'
  | 'not_measuring';

/** A limit of a channel; `basis` is `value` or `mean_<n>s`. */
export interface Limit {
  level: Level;
  side: Side;
  value: number;
  basis: string;
  source: string;
  verified: boolean;
}

/** The newest reading of a channel; `v` is null exactly when it could not be read. */
export interface Latest {
  at: string;
  v: number | null;
  s: MeasurementState;
  q: Quality;
  r: Reason | null;
}

export interface Channel {
  name: string;
  unit: string;
  symbol: string;
  label_vi: string;
  label_en: string;
  decimals: number;
  range_min: number | null;
  range_max: number | null;
  limits: Limit[];
  latest: Latest | null;
}

export interface Completeness {
  outbox_id: string | null;
  durable_seq: number;
  highest_seq: number;
  missing: number;
  gaps: [number, number][];
  /** Numbers that no station holds any more. */
  lost: number;
}

export interface Station {
  id: string;
  name_vi: string;
  name_en: string;
  kind: StationKind;
  /** Degrees, WGS 84; null where the station has not said where it stands. */
  lat: number | null;
  lon: number | null;
  state: StationState;
  state_since: string | null;
  last_seen_at: string | null;
  last_scan_at: string | null;
  clock: ClockState;
  poll_interval_s: number;
  heartbeat_s: number;
  software: string;
  boot_id: string;
  channels: Channel[];
  completeness: Completeness | null;
  active_alarms: { warn: number; limit: number; unacknowledged: number };
}

/** Who set a flag, when, why and until when. */
export interface FlagMark {
  by: string;
  at: string;
  why: string;
  until: string | null;
}

export interface Alarm {
  id: string | number;
  station: string;
  channel: string;
  alarm: string;
  level: AlarmLevel;
  side: Side;
  basis: string;
  value: number | null;
  peak_value: number | null;
  limit: number;
  unit: string;
  raised_at: string;
  returned_at: string | null;
  active: boolean;
  acknowledged: boolean;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  note: string | null;
  backfill: boolean;
  /** What `station` names. */
  /** A sink is a way out for notices, such as `email`. */
  subject: 'station' | 'camera' | 'sink';
  priority: Priority;
  group: string;
  open: boolean;
  latching: boolean;
  latched: boolean;
  late: boolean;
  /** Why nobody is to be told; null: annunciated. */
  silenced_by: Silence | null;
  /** An operator has something to do about it. */
  attention: boolean;
  announced_at: string | null;
  reset_at: string | null;
  reset_by: string | null;
  shelved: FlagMark | null;
  one_shot: boolean;
  suppressed: FlagMark | null;
  out_of_service: FlagMark | null;
  max_shelve_s: number;
  instructions_vi: string;
  instructions_en: string;
}

/** One live scan from the stream. */
export interface ScanEvent {
  station: string;
  at: string;
  clock: ClockState;
  readings: {
    c: string;
    v: number | null;
    u: string;
    s: MeasurementState;
    q: Quality;
    r?: Reason | null;
  }[];
}

/** A stretch of one channel; parallel arrays, `at` in epoch milliseconds. */
export interface Readings {
  station: string;
  channel: string;
  unit: string;
  every_s: number;
  at: number[];
  v: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  count: number[];
  s: number[];
  q: number[];
}

export interface Health {
  status: 'ok' | 'degraded';
  /** These only for those who may see the system. */
  version?: string;
  started_at?: string;
  checks?: Record<string, { ok: boolean; detail: string }>;
}

export interface Quarantine {
  total: number;
  by_reason: Record<string, number>;
  messages: {
    id: string | number;
    received_at: string;
    topic: string;
    reason: string;
    detail: string;
    size_bytes: number;
    payload_head: string;
  }[];
}

/** Numeric codes of the store; append-only on the server. */
export const STATE_OF_CODE: readonly MeasurementState[] = [
  'measuring',
  'calibrating',
  'fault',
  'maintenance',
  'stopped',
  'comms_lost',
];
export const QUALITY_OF_CODE: readonly Quality[] = ['good', 'suspect', 'bad'];
