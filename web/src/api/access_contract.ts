/** What the gateway sends and accepts about accounts, tokens and the audit. */
import type { Permission, Role } from './session_contract';

export interface Account {
  account: string;
  name: string;
  roles: Role[];
  /** Null is all, also those to come. */
  stations: string[] | null;
  cameras: string[] | null;
  has_password: boolean;
  must_change_password: boolean;
  disabled: boolean;
  has_totp: boolean;
  oidc_claim: string | null;
  created_at: string;
  signed_in_at: string | null;
  sessions: number;
}

export interface AccountDraft {
  name: string;
  roles: Role[];
  stations: string[] | null;
  cameras: string[] | null;
  oidc_claim: string | null;
}

export interface AccountWithPassword {
  account: Account;
  one_time_password: string | null;
}

export interface Token {
  id: string;
  account: string;
  name: string;
  permissions: Permission[];
  created_at: string;
  expires_at: string;
  used_at: string | null;
}

export interface OwnSession {
  method: string;
  address: string;
  agent: string;
  created_at: string;
  seen_at: string;
  is_this: boolean;
}

export interface OwnAccount {
  has_totp: boolean;
  recovery_codes_left: number;
  sessions: OwnSession[];
}

export interface AuditLine {
  number: number;
  at: string;
  action: string;
  by: string;
  event: string;
  subject: string | null;
  detail: string;
  hash: string;
}

export interface AuditPage {
  lines: AuditLine[];
  next: number | null;
}

export interface AuditState {
  intact: boolean;
  lines: number;
  head: string;
}
