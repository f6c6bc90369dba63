/** What the gateway's API says about notification. */
export type Kind = 'alarm' | 'event' | 'reminder';
export type Priority = 'low' | 'medium' | 'high' | 'urgent';
export type DeliveryState = 'waiting' | 'sent' | 'failed' | 'dropped';

/** From `begin` to `end` (HH:MM) on weekdays 1 (Monday) … 7; none is all. */
/** Who would be told of something, and why the others not. */
export interface NoticePreview {
  at: string;
  told: { recipient: string; name: string; step: number; sinks: string[]; waits_until: string | null }[];
  untold: { recipient: string; name: string; why: string }[];
}

export interface Window {
  weekdays: number[];
  begin: string;
  end: string;
}

export type NoticeChannel =
  | { kind: 'email'; address: string }
  | { kind: 'webhook' | 'apprise'; name: string }
  | { kind: 'push' };

export interface Match {
  kinds: Kind[];
  stations: string[];
  cameras: string[];
  min_priority: Priority;
}

export interface NoticeRule extends Match {
  windows: Window[];
  step: number;
}

export interface Recipient {
  name: string;
  active: boolean;
  language: 'vi' | 'en';
  mode: 'person' | 'system';
  account: string | null;
  channels: NoticeChannel[];
  rules: NoticeRule[];
  quiet: Window[];
  max_per_hour: number;
}

export interface Shift {
  window: Window;
  recipient: string;
  step: number;
}

export interface RosterException {
  first_day: string;
  last_day: string;
  step: number;
  replaces: string | null;
  recipient: string | null;
  reason: string;
}

export interface Roster {
  name: string;
  active: boolean;
  match: Match;
  shifts: Shift[];
  exceptions: RosterException[];
}

export interface Named<Settings> {
  id: string;
  settings: Settings;
}

export interface RosterView extends Named<Roster> {
  on_duty: Record<string, string[]>;
}

export interface Sink {
  sink: string;
  kind: 'email' | 'push' | 'webhook' | 'apprise';
  trouble: string;
}

export interface NotificationState {
  sinks: Sink[];
  waiting: number;
  sent: number;
  failed: number;
  dropped: number;
}

export interface Delivery {
  id: string;
  number: number;
  recipient: string;
  channel: string;
  target: string;
  phase: string;
  priority: Priority;
  title: string;
  created_at: string;
  state: DeliveryState;
  attempts: number;
  next_at: string | null;
  done_at: string | null;
  error: string;
}

export interface DeliveryPage {
  deliveries: Delivery[];
  next: number | null;
}

export interface PushState {
  public_key: string | null;
  browsers: number;
  is_recipient: boolean;
}

/** What the signed-in account may set for itself; no name means that nobody tells it anything. */
export interface Mine {
  name: string | null;
  language: 'vi' | 'en';
  quiet: Window[];
}
