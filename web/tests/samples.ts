/** Small, complete examples of what the gateway sends. */
import type { Alarm, Channel, Limit, Station } from '../src/api/contract';
import type { Camera, EvidenceFile, SecurityEvent } from '../src/api/security_contract';

export function limit(level: Limit['level'], side: Limit['side'], value: number): Limit {
  return { level, side, value, basis: 'value', source: 'permit', verified: true };
}

export function channel(over: Partial<Channel> = {}): Channel {
  return {
    name: 'cod',
    unit: 'mg/l',
    symbol: 'COD',
    label_vi: 'COD',
    label_en: 'COD',
    decimals: 2,
    range_min: 0,
    range_max: 300,
    limits: [limit('warn', 'high', 60), limit('limit', 'high', 75)],
    latest: { at: '2026-11-22T03:04:05Z', v: 52.5, s: 'measuring', q: 'good', r: null },
    ...over,
  };
}

export function station(over: Partial<Station> = {}): Station {
  return {
    id: 'thanh-hai',
    name_vi: 'KCN Thanh Hải',
    name_en: 'Thanh Hai',
    kind: 'wastewater',
    lat: 11.58,
    lon: 108.99,
    state: 'online',
    state_since: '2026-11-22T01:00:00Z',
    last_seen_at: '2026-11-22T03:04:05Z',
    last_scan_at: '2026-11-22T03:04:05Z',
    clock: 'synced',
    poll_interval_s: 1,
    heartbeat_s: 10,
    software: '0.1.0',
    boot_id: '00',
    channels: [channel()],
    completeness: { outbox_id: 'a', durable_seq: 10, highest_seq: 10, missing: 0, gaps: [], lost: 0 },
    active_alarms: { warn: 0, limit: 0, unacknowledged: 0 },
    ...over,
  };
}

export function alarm(over: Partial<Alarm> = {}): Alarm {
  return {
    id: 1,
    station: 'thanh-hai',
    channel: 'cod',
    alarm: 'cod.high.limit.value',
    level: 'limit',
    side: 'high',
    basis: 'value',
    value: 80,
    peak_value: 82,
    limit: 75,
    unit: 'mg/l',
    raised_at: '2026-11-22T03:00:00Z',
    returned_at: null,
    active: true,
    acknowledged: false,
    acknowledged_at: null,
    acknowledged_by: null,
    note: '',
    backfill: false,
    subject: 'station',
    priority: 'high',
    group: 'environment',
    open: true,
    latching: false,
    latched: false,
    late: false,
    silenced_by: null,
    attention: true,
    announced_at: '2026-11-22T03:00:01Z',
    reset_at: null,
    reset_by: null,
    shelved: null,
    one_shot: false,
    suppressed: null,
    out_of_service: null,
    max_shelve_s: 14_400,
    instructions_vi: 'Gọi trạm.',
    instructions_en: 'Call the station.',
    ...over,
  };
}

export function camera(over: Partial<Camera> = {}): Camera {
  return {
    id: 'viettel-360',
    name_vi: 'Camera 360° Viettel',
    name_en: 'Viettel 360° camera',
    state: 'live',
    since: '2026-11-22T01:00:00Z',
    last_seen_at: '2026-11-22T03:04:05Z',
    cause: 'none',
    detail: '',
    distrust: [],
    lat: 11.58,
    lon: 108.99,
    mast_height_m: 30,
    north_deg: 12,
    width_px: 2048,
    height_px: 2048,
    codec: 'h264',
    stream_fps: 25,
    fps: 5,
    lag_s: 0.2,
    dropped: 0,
    reconnects: 0,
    overload_level: 0,
    waiting_files: 0,
    views: [],
    rules: [],
    model: 'yolo11n',
    model_sha256: 'ab'.repeat(32),
    device: 'CPU',
    software: '0.1.0',
    preview_at: null,
    open_events: 0,
    unreviewed_events: 0,
    ...over,
  };
}

export function file(kind: string, arrived = true, media_type = 'image/jpeg'): EvidenceFile {
  return { name: `${kind}.jpg`, kind, media_type, size_bytes: 1000, sha256: '0'.repeat(64), arrived, deleted: false };
}

export function securityEvent(over: Partial<SecurityEvent> = {}): SecurityEvent {
  return {
    id: 'viettel-360-000001',
    camera: 'viettel-360',
    rule: 'dot-nhap',
    kind: 'intrusion',
    name_vi: 'Đột nhập cổng chính',
    name_en: 'Intrusion at the main gate',
    label: 'person',
    score: 0.8,
    zone: 'cong-chinh',
    detail: '',
    count: 1,
    priority: 'medium',
    phase: 'end',
    revision: 1,
    began_at: '2026-11-22T03:00:00.000Z',
    updated_at: '2026-11-22T03:00:20.000Z',
    ended_at: '2026-11-22T03:00:20.000Z',
    received_at: '2026-11-22T03:00:01.000Z',
    late: false,
    clock: 'synced',
    box: [0.4, 0.3, 0.45, 0.5],
    bearing_deg: 45,
    distance_m: 40,
    lat: 11.5803,
    lon: 108.9903,
    fps: 5,
    lag_s: 0.2,
    skipped_views: 0,
    evidence: [],
    clip_began_at: '2026-11-22T02:59:55.000Z',
    verdict: null,
    verdict_by: null,
    verdict_at: null,
    note: '',
    locked: false,
    ...over,
  };
}
