/** What the gateway sends and accepts about alarms' journals, definitions and figures. */
import type { AlarmLevel, FlagMark, Priority } from './contract';

export interface JournalEntry {
  id: number;
  of: 'alarm' | 'definition';
  action: string;
  at: string;
  recorded_at: string;
  person: string | null;
  why: string;
  until: string | null;
}

export interface Definition {
  station: string;
  channel: string;
  level: AlarmLevel;
  subject: 'station' | 'camera' | 'sink';
  priority: Priority;
  group: string;
  latching: boolean;
  instructions_vi: string;
  instructions_en: string;
  /** Seconds; 0 forbids shelving. */
  max_shelve_s: number;
  suppressed: FlagMark | null;
  out_of_service: FlagMark | null;
  revision: number;
  changed_by: string;
  changed_at: string | null;
}

export type DefinitionChange = Pick<
  Definition,
  | 'revision'
  | 'priority'
  | 'group'
  | 'latching'
  | 'instructions_vi'
  | 'instructions_en'
  | 'max_shelve_s'
> & { why: string };

/** `service`: out of service; `suppression`: suppressed by design. */
export type DefinitionFlag = 'service' | 'suppression';

export interface Actor {
  station: string;
  channel: string;
  alarm: string;
  level: AlarmLevel;
  count: number;
  /** 0 … 1 of all that demanded attention. */
  share: number;
}

export interface Kpis {
  from: string;
  to: string;
  operators: number;
  raised: number;
  announced: number;
  late: number;
  per_hour_and_operator: number;
  peak_10_min: number;
  floods: number;
  by_priority: Partial<Record<Priority, number>>;
  bad_actors: Actor[];
  chattering: Actor[];
  stale: {
    station: string;
    channel: string;
    alarm: string;
    level: AlarmLevel;
    priority: Priority;
    raised_at: string;
  }[];
  standing: number;
  shelved: number;
  acknowledged: number;
  acknowledge_median_s: number | null;
  acknowledge_p90_s: number | null;
  by_station: { station: string; announced: number; acknowledge_median_s: number | null }[];
}
