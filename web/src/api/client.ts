/** HTTP calls to the gateway: typed answers, a timeout on each, errors people can read. */
import type { Alarm, Health, Quarantine, Readings, Station } from './contract';

const ROOT = '/api/v1';
const TIMEOUT_MS = 10_000;

/** The gateway answered with an error, or did not answer (`status` 0, `code` empty). */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    /** The gateway's English words: for the browser's log, never for a page. */
    detail: string,
    /** A word that stays the same over versions, such as `locked`. */
    readonly code = '',
    /** Figures and names for the sentence in another language. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

/** Called with the server's time (epoch ms, 1 s resolution) whenever an answer carries it. */
let onServerTime: (serverMs: number) => void = () => undefined;

/** Called when the gateway no longer knows who asks. */
let onSignedOut: () => void = () => undefined;
/** What the gateway wants to see on requests that change something. */
let csrf = '';

export function listenForSignOut(listener: () => void): void {
  onSignedOut = listener;
}

export function useCsrf(token: string): void {
  csrf = token;
}

export function listenForServerTime(listener: (serverMs: number) => void): void {
  onServerTime = listener;
}

/**
 * Return the JSON of an answer.
 *
 * @throws RequestFailed where the gateway refuses or does not answer.
 */
export async function request<T>(
  path: string,
  init: RequestInit = {},
  timeout_ms = TIMEOUT_MS,
): Promise<T> {
  const answer = await send(path, { accept: 'application/json', ...(init.headers as Record<string, string>) }, init, timeout_ms);
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw failureOf(body, answer);
  if (body === null && answer.status !== 204) throw failureOf(body, answer);
  return body as T;
}

/**
 * Post JSON; return the JSON of the answer, null where it has none.
 *
 * @throws RequestFailed where the gateway refuses or does not answer.
 */
export function postJson<T>(path: string, body: unknown, method = 'POST'): Promise<T> {
  return request<T>(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * Return a file and the name that the gateway gives it, else `fallbackName`.
 *
 * @throws RequestFailed where the gateway refuses, does not answer or breaks off.
 */
export async function requestFile(
  path: string,
  init: RequestInit,
  timeout_ms: number,
  fallbackName: string,
): Promise<{ data: Blob; name: string }> {
  const answer = await send(path, init.headers, init, timeout_ms);
  if (!answer.ok) throw failureOf(await answer.json().catch(() => null), answer);
  const named = /filename="?([\w.-]+)"?/.exec(answer.headers.get('content-disposition') ?? '');
  try {
    return { data: await answer.blob(), name: named?.[1] ?? fallbackName };
  } catch (error) {
    throw new RequestFailed(0, error instanceof Error ? error.message : String(error));
  }
}

async function send(
  path: string,
  headers: HeadersInit | undefined,
  init: RequestInit,
  timeout_ms: number,
): Promise<Response> {
  try {
    const answer = await fetch(ROOT + path, {
      ...init,
      headers: { ...(headers as Record<string, string>), ...(init.method ? { 'x-csrf-token': csrf } : {}) },
      signal: AbortSignal.timeout(timeout_ms),
    });
    const serverMs = Date.parse(answer.headers.get('date') ?? '');
    if (Number.isFinite(serverMs)) onServerTime(serverMs);
    return answer;
  } catch (error) {
    throw new RequestFailed(0, error instanceof Error ? error.message : String(error));
  }
}

function failureOf(body: unknown, answer: Response): RequestFailed {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const detail = typeof told['detail'] === 'string' ? told['detail'] : `HTTP ${answer.status}`;
  const code = typeof told['code'] === 'string' ? told['code'] : '';
  if (code === 'not_signed_in' || code === 'csrf') onSignedOut();
  return new RequestFailed(answer.status, detail, code, told);
}

export async function fetchStations(): Promise<Station[]> {
  return (await request<{ stations: Station[] }>('/stations')).stations;
}

/** Return the newest alarms, open and over. */
export async function fetchNewestAlarms(limit: number): Promise<Alarm[]> {
  const query = new URLSearchParams({ state: 'all', limit: String(limit) });
  return (await request<{ alarms: Alarm[] }>(`/alarms?${query}`)).alarms;
}

const OPEN_PAGE = 1_000;
/** Far more than anybody can read: whatever sends so many must not keep the page from starting. */
const OPEN_PAGES = 20;

/** Return every open alarm, page by page: the oldest one may be the most urgent. */
export async function fetchOpenAlarms(): Promise<Alarm[]> {
  const query = new URLSearchParams({ state: 'open', limit: String(OPEN_PAGE) });
  const found = new Map<Alarm['id'], Alarm>();
  for (let page = 0; page < OPEN_PAGES; page++) {
    const { alarms } = await request<{ alarms: Alarm[] }>(`/alarms?${query}`);
    for (const alarm of alarms) found.set(alarm.id, alarm);
    const last = alarms.at(-1);
    if (last === undefined || alarms.length < OPEN_PAGE) break;
    query.set('before', last.raised_at);
    query.set('before_id', String(last.id));
  }
  return [...found.values()];
}

export function acknowledgeAlarm(id: Alarm['id'], note: string): Promise<Alarm> {
  return postJson<Alarm>(`/alarms/${encodeURIComponent(id)}/ack`, { note });
}

export function readingsQuestion(channel: string, fromMs: number, toMs: number): URLSearchParams {
  return new URLSearchParams({
    channel,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    every: 'auto',
  });
}

export function fetchReadings(
  station: string,
  channel: string,
  fromMs: number,
  toMs: number,
): Promise<Readings> {
  const query = readingsQuestion(channel, fromMs, toMs);
  return request<Readings>(`/stations/${encodeURIComponent(station)}/readings?${query}`);
}

export function fetchHealth(): Promise<Health> {
  return request<Health>('/health');
}

export function fetchQuarantine(limit: number): Promise<Quarantine> {
  return request<Quarantine>(`/quarantine?limit=${limit}`);
}
