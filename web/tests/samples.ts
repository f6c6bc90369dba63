/** Small, complete examples of what the gateway sends. */
import type { Alarm, Channel, Limit, Station } from '../src/api/contract';

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
    ...over,
  };
}
