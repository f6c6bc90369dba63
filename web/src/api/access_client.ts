/** HTTP calls about accounts, tokens, the own account and the audit. */
import type {
  Account,
  AccountDraft,
  AccountWithPassword,
  AuditPage,
  AuditState,
  OwnAccount,
  Token,
} from './access_contract';
import { postJson, request, requestFile } from './client';
import type { Permission } from './session_contract';

const EXPORT_TIMEOUT_MS = 180_000;
const at = (account: string): string => `/accounts/${encodeURIComponent(account)}`;

export async function fetchAccounts(): Promise<Account[]> {
  return (await request<{ accounts: Account[] }>('/accounts')).accounts;
}

export function createAccount(
  account: string,
  draft: AccountDraft,
  withPassword: boolean,
): Promise<AccountWithPassword> {
  return postJson('/accounts', { account, with_password: withPassword, ...draft });
}

export function changeAccount(account: string, draft: AccountDraft, disabled: boolean): Promise<Account> {
  return postJson(at(account), { ...draft, disabled }, 'PUT');
}

export function resetAccount(account: string): Promise<AccountWithPassword> {
  return postJson(`${at(account)}/reset`, {});
}

export function endSessions(account: string): Promise<Account> {
  return postJson(`${at(account)}/end-sessions`, {});
}

export function makeLink(account: string): Promise<{ link: string; expires_at: string }> {
  return postJson(`${at(account)}/link`, {});
}

export async function fetchTokens(all: boolean): Promise<Token[]> {
  return (await request<{ tokens: Token[] }>(`/tokens?all=${all}`)).tokens;
}

export function createToken(
  name: string,
  permissions: Permission[],
  days: number,
): Promise<{ token: Token; secret: string }> {
  return postJson('/tokens', { name, permissions, days });
}

export async function revokeToken(id: string): Promise<void> {
  await postJson(`/tokens/${id}/revoke`, {});
}

export function fetchOwnAccount(): Promise<OwnAccount> {
  return request<OwnAccount>('/session/own');
}

export function beginTotp(): Promise<{ uri: string; qr: string }> {
  return postJson('/session/totp', {});
}

export async function confirmTotp(code: string): Promise<string[]> {
  return (await postJson<{ recovery_codes: string[] }>('/session/totp/confirm', { code })).recovery_codes;
}

export async function endTotp(code: string): Promise<void> {
  await postJson('/session/totp/end', { code });
}

export async function endOtherSessions(): Promise<void> {
  await postJson('/session/end-others', {});
}

export function fetchAudit(conditions: URLSearchParams, before: number | null): Promise<AuditPage> {
  const query = new URLSearchParams(conditions);
  if (before !== null) query.set('before', String(before));
  return request<AuditPage>(`/audit?${query}`);
}

export function fetchAuditState(): Promise<AuditState> {
  return request<AuditState>('/audit/state');
}

export function exportAudit(format: 'csv' | 'jsonl'): Promise<{ data: Blob; name: string }> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  return requestFile(`/audit/export?format=${format}`, init, EXPORT_TIMEOUT_MS, `audit.${format}`);
}
