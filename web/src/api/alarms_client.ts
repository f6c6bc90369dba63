/** HTTP calls of the alarm desk. */
import type { Definition, DefinitionChange, DefinitionFlag, JournalEntry, Kpis } from './alarms_contract';
import { request } from './client';
import type { Alarm } from './contract';

const of = (id: Alarm['id']): string => `/alarms/${encodeURIComponent(id)}`;
const place = (definition: Pick<Definition, 'station' | 'channel' | 'level'>): string =>
  `/alarm-definitions/${definition.station}/${definition.channel}/${definition.level}`;
const json = (method: 'POST' | 'PUT', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export async function fetchAlarmPage(
  query: URLSearchParams,
  after: Pick<Alarm, 'id' | 'raised_at'> | null,
): Promise<Alarm[]> {
  const page = new URLSearchParams(query);
  if (after !== null) {
    page.set('before', after.raised_at);
    page.set('before_id', String(after.id));
  }
  return (await request<{ alarms: Alarm[] }>(`/alarms?${page}`)).alarms;
}

export async function fetchJournal(id: Alarm['id']): Promise<JournalEntry[]> {
  return (await request<{ entries: JournalEntry[] }>(`${of(id)}/journal`)).entries;
}

/** Shelve for `for_s` seconds, or (null) until the alarm returns. */
export function shelveAlarm(id: Alarm['id'], for_s: number | null, why: string): Promise<Alarm> {
  const body = for_s === null ? { why, one_shot: true } : { why, for_s };
  return request<Alarm>(`${of(id)}/shelve`, json('POST', body));
}

export function unshelveAlarm(id: Alarm['id']): Promise<Alarm> {
  return request<Alarm>(`${of(id)}/unshelve`, json('POST', {}));
}

export function resetAlarm(id: Alarm['id']): Promise<Alarm> {
  return request<Alarm>(`${of(id)}/reset`, json('POST', {}));
}

export function commentOnAlarm(id: Alarm['id'], text: string): Promise<Alarm> {
  return request<Alarm>(`${of(id)}/comment`, json('POST', { text }));
}

export async function fetchDefinitions(): Promise<Definition[]> {
  return (await request<{ definitions: Definition[] }>('/alarm-definitions')).definitions;
}

export function changeDefinition(
  definition: Pick<Definition, 'station' | 'channel' | 'level'>,
  change: DefinitionChange,
): Promise<Definition> {
  return request<Definition>(place(definition), json('PUT', change));
}

export function flagDefinition(
  definition: Pick<Definition, 'station' | 'channel' | 'level'>,
  flag: DefinitionFlag,
  on: boolean,
  why: string,
  untilMs: number | null = null,
): Promise<Definition> {
  const until = untilMs === null ? null : new Date(untilMs).toISOString();
  return request<Definition>(`${place(definition)}/${flag}`, json('PUT', { on, why, until }));
}

export function kpisQuestion(fromMs: number, toMs: number, operators: number): URLSearchParams {
  return new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    operators: String(operators),
  });
}

export function fetchKpis(fromMs: number, toMs: number, operators: number): Promise<Kpis> {
  return request<Kpis>(`/alarm-kpis?${kpisQuestion(fromMs, toMs, operators)}`);
}
