/** What the gateway sends and accepts about cameras, security events and their evidence. */

export type CameraState = 'starting' | 'live' | 'degraded' | 'down' | 'silent' | 'unknown';
export type Priority = 'low' | 'medium' | 'high';
export type Verdict = 'true' | 'false' | 'unclear';
export type SnapshotKind = 'boxed' | 'plain' | 'blurred';

/** A rule of a camera; `ground` is its zone as latitude, longitude. */
export interface Rule {
  id: string;
  kind: string;
  zone: string;
  name_vi: string;
  name_en: string;
  ground: [number, number][];
}

export interface Camera {
  id: string;
  name_vi: string;
  name_en: string;
  state: CameraState;
  since: string | null;
  last_seen_at: string | null;
  /** `none`, or why there is no picture. */
  cause: string;
  detail: string;
  /** Why the picture should not be believed. */
  distrust: string[];
  lat: number | null;
  lon: number | null;
  mast_height_m: number | null;
  north_deg: number | null;
  width_px: number;
  height_px: number;
  codec: string;
  stream_fps: number;
  /** Analysed pictures a second. */
  fps: number;
  lag_s: number;
  dropped: number;
  reconnects: number;
  overload_level: number;
  waiting_files: number;
  views: string[];
  rules: Rule[];
  model: string;
  model_sha256: string;
  device: string;
  software: string;
  preview_at: string | null;
  open_events: number;
  unreviewed_events: number;
}

/**
 * A file of an event; `arrived` once it came whole and its hash was verified, `deleted` once its
 * time was over.
 */
export interface EvidenceFile {
  name: string;
  kind: string;
  media_type: string;
  size_bytes: number;
  sha256: string;
  arrived: boolean;
  deleted: boolean;
}

export interface SecurityEvent {
  id: string;
  camera: string;
  rule: string;
  kind: string;
  name_vi: string;
  name_en: string;
  label: string;
  score: number;
  zone: string;
  detail: string;
  count: number;
  priority: Priority;
  phase: 'new' | 'update' | 'end';
  revision: number;
  began_at: string;
  updated_at: string;
  ended_at: string | null;
  received_at: string;
  late: boolean;
  clock: string;
  /** x1, y1, x2, y2 as shares (0 … 1) of the picture. */
  box: [number, number, number, number] | null;
  bearing_deg: number | null;
  distance_m: number | null;
  lat: number | null;
  lon: number | null;
  fps: number;
  lag_s: number;
  skipped_views: number;
  evidence: EvidenceFile[];
  clip_began_at: string | null;
  verdict: Verdict | null;
  verdict_by: string | null;
  verdict_at: string | null;
  note: string;
  locked: boolean;
}

export interface EventList {
  events: SecurityEvent[];
  next: string | null;
}

export interface CustodyEntry {
  number: number;
  at: string;
  event: string;
  action: string;
  by: string;
  detail: string;
  hash: string;
}

export interface CustodyLog {
  entries: CustodyEntry[];
  intact: boolean;
}
