/** HTTP calls about signing in and out. */
import { postJson, request } from './client';
import type { Session, SignInWays } from './session_contract';

export function fetchSession(): Promise<Session> {
  return request<Session>('/session');
}

export function fetchWays(): Promise<SignInWays> {
  return request<SignInWays>('/session/ways');
}

export function postSignIn(account: string, password: string, code: string): Promise<Session> {
  return postJson<Session>('/session', { account, password, code });
}

export function postLink(link: string, code: string): Promise<Session> {
  return postJson<Session>('/session/link', { link, code });
}

export async function postSignOut(): Promise<void> {
  await postJson<null>('/session/end', {});
}

export async function postPassword(current: string, next: string): Promise<void> {
  await postJson<null>('/session/password', { current, new: next });
}
