/** Who is signed in at this browser, and what the page may show them. */
import { listenForSignOut, RequestFailed, useCsrf } from '../api/client';
import { retryDelayMs } from '../api/backoff';
import { fetchSession, postLink, postSignIn, postSignOut } from '../api/session_client';
import type { Permission, Session } from '../api/session_contract';

/** `asking` until the gateway has said who this is. */
export type SignInState = 'asking' | 'signed_in' | 'signed_out';
const LINK = /^#\/sign-in\/([\w-]{20,100})$/;

class SessionDesk {
  state = $state<SignInState>('asking');
  now = $state.raw<Session | null>(null);
  /** Somebody was signed in here until the gateway ended it. */
  hasExpired = $state(false);
  linkFailed = $state(false);
  /** A link was followed whose account has a second factor: its code is awaited. */
  linkHeld = $state.raw<string | null>(null);
  providerFailed = $state(false);
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Tell whether whoever is signed in may do this. */
  may(permission: Permission): boolean {
    return this.now?.permissions.includes(permission) ?? false;
  }

  /** Ask until the gateway answers, then again only when it says that nobody is signed in. */
  start(): void {
    listenForSignOut(() => this.#lost());
    if (location.hash === '#/sign-in-failed') {
      this.providerFailed = true;
      history.replaceState(null, '', '#/');
    }
    const link = LINK.exec(location.hash)?.[1];
    if (link === undefined) void this.#ask();
    else void this.#enterByLink(link);
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  /**
   * Sign in.
   *
   * @throws RequestFailed where the gateway refuses or does not answer.
   */
  async signIn(account: string, password: string, code: string): Promise<void> {
    this.#take(await postSignIn(account, password, code));
  }

  /**
   * Finish signing in by the link that waits for a one-time code.
   *
   * @throws RequestFailed where the gateway refuses or does not answer.
   */
  async signInByLink(code: string): Promise<void> {
    if (this.linkHeld === null) return;
    try {
      this.#take(await postLink(this.linkHeld, code));
    } catch (error) {
      if (error instanceof RequestFailed && error.code === 'link_used') {
        this.linkHeld = null;
        this.linkFailed = true;
      }
      throw error;
    }
  }

  /** Ask anew who this is, after the own account has changed. */
  async renew(): Promise<void> {
    this.#take(await fetchSession());
  }

  /**
   * Sign out.
   *
   * @throws RequestFailed where the gateway does not answer.
   */
  async signOut(): Promise<void> {
    await postSignOut();
    this.now = null;
    this.hasExpired = false;
    this.state = 'signed_out';
  }

  async #ask(): Promise<void> {
    try {
      this.#take(await fetchSession());
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (error.status === 401) {
        this.state = 'signed_out';
        return;
      }
      this.#retry = setTimeout(() => void this.#ask(), retryDelayMs(this.#attempt++, Math.random()));
    }
  }

  async #enterByLink(link: string): Promise<void> {
    // The secret leaves the address before anything else: histories and screens keep addresses.
    history.replaceState(null, '', '#/');
    try {
      this.#take(await postLink(link, ''));
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (error.code === 'code_needed') this.linkHeld = link;
      else this.linkFailed = true;
      await this.#ask();
    }
  }

  #take(session: Session): void {
    useCsrf(session.csrf);
    this.now = session;
    this.#attempt = 0;
    this.hasExpired = false;
    this.linkFailed = false;
    this.linkHeld = null;
    this.state = 'signed_in';
  }

  #lost(): void {
    if (this.state !== 'signed_in') return;
    this.now = null;
    this.hasExpired = true;
    this.state = 'signed_out';
  }
}

export const session = new SessionDesk();
