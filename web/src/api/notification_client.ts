/** HTTP calls about recipients, duty rosters and deliveries. */
import { request } from './client';
import type {
  Delivery,
  DeliveryPage,
  DeliveryState,
  Mine,
  Named,
  NoticePreview,
  NotificationState,
  PushState,
  Recipient,
  Roster,
  RosterView,
} from './notification_contract';

const ROOT = '/notification';
const sent = (method: string, body: unknown = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const at = (list: string, id: string): string => `${ROOT}/${list}/${encodeURIComponent(id)}`;

export function fetchNotification(): Promise<NotificationState> {
  return request<NotificationState>(ROOT);
}

/** Ask who would be told; `query` names place, kind, priority and moment. */
export function fetchPreview(query: Record<string, string>): Promise<NoticePreview> {
  return request<NoticePreview>(`${ROOT}/preview?${new URLSearchParams(query)}`);
}

export async function fetchRecipients(): Promise<Named<Recipient>[]> {
  return (await request<{ recipients: Named<Recipient>[] }>(`${ROOT}/recipients`)).recipients;
}

export function putRecipient(id: string, recipient: Recipient): Promise<Named<Recipient>> {
  return request(at('recipients', id), sent('PUT', recipient));
}

export function deleteRecipient(id: string): Promise<unknown> {
  return request(at('recipients', id), sent('DELETE'));
}

export async function sendTest(id: string): Promise<Delivery[]> {
  const queued = await request<DeliveryPage>(`${at('recipients', id)}/test`, sent('POST'));
  return queued.deliveries;
}

export async function fetchRosters(): Promise<RosterView[]> {
  return (await request<{ rosters: RosterView[] }>(`${ROOT}/rosters`)).rosters;
}

export function putRoster(id: string, roster: Roster): Promise<RosterView> {
  return request(at('rosters', id), sent('PUT', roster));
}

export function deleteRoster(id: string): Promise<unknown> {
  return request(at('rosters', id), sent('DELETE'));
}

export function fetchDeliveries(
  state: DeliveryState | null,
  before: number | null = null,
): Promise<DeliveryPage> {
  const query = new URLSearchParams({ limit: '50' });
  if (state !== null) query.set('state', state);
  if (before !== null) query.set('before', String(before));
  return request<DeliveryPage>(`${ROOT}/deliveries?${query}`);
}

export function fetchDelivery(id: string): Promise<Delivery> {
  return request<Delivery>(at('deliveries', id));
}

export function retryDelivery(id: string): Promise<Delivery> {
  return request<Delivery>(`${at('deliveries', id)}/retry`, sent('POST'));
}

export function fetchPush(): Promise<PushState> {
  return request<PushState>(`${ROOT}/push`);
}

export function postSubscription(subscription: PushSubscriptionJSON): Promise<unknown> {
  return request(`${ROOT}/push/subscriptions`, sent('POST', subscription));
}

export function forgetSubscription(endpoint: string): Promise<unknown> {
  return request(`${ROOT}/push/forget`, sent('POST', { endpoint }));
}

export function fetchMine(): Promise<Mine> {
  return request<Mine>(`${ROOT}/mine`);
}

export function putMine(mine: Pick<Mine, 'language' | 'quiet'>): Promise<Mine> {
  return request<Mine>(`${ROOT}/mine`, sent('PUT', mine));
}
