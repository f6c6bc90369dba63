/** A line of the audit in the reader's words; what people wrote themselves stays as it is. */
import type { AuditLine } from '../api/access_contract';
import { accessText } from './access';
import { alarmsEn } from './alarms_en';
import { alarmsVi } from './alarms_vi';
import { auditEn } from './audit_en';
import { auditVi, type AuditCatalogue } from './audit_vi';
import { deskEn } from './desk_en';
import { deskVi } from './desk_vi';
import type { Language } from './format';

/** What the gateway calls itself in its lines. */
const CENTRE: ReadonlySet<string> = new Set(['quantrac-gateway', 'hệ thống']);
/** Before the name of a service whose token was used. */
const SERVICE = 'service:';

type Teller = (found: readonly string[], text: AuditCatalogue, language: Language) => string | undefined;

/** By action: the shape of the gateway's words, and how they are told. */
const TELLERS: Readonly<Record<string, readonly [RegExp, Teller][]>> = {
  signed_in: [[/^(\w+), from (.*)$/, ([way = '', at = ''], text) => joined(text.methods[way] ?? way, text.from(at))]],
  sign_in_failed: [
    [/^(.*), from (.*)$/, ([why = '', at = ''], text) => joined(text.failures[why] ?? why, text.from(at))],
  ],
  locked_out: [[/^for (\d+) s$/, ([seconds = ''], text) => text.lockedFor(Number(seconds))]],
  account_created: [
    [/^first start$/, (_, text) => text.firstStart],
    [/^(.*): (.*); stations: (.*); cameras: (.*?)(; disabled)?$/, account],
  ],
  account_changed: [[/^(.*): (.*); stations: (.*); cameras: (.*?)(; disabled)?$/, account]],
  account_reset: [[/^new one-time password$/, (_, text) => text.newPassword]],
  sessions_ended: [[/^(\d+)$/, ([ended = ''], text) => text.sessions(Number(ended))]],
  token_created: [
    [
      /^(.*): (.*); (\d+) days$/,
      ([name = '', scopes = '', days = ''], text, language) =>
        `${name}: ${named(scopes, accessText(language).permissions)}; ${text.days(Number(days))}`,
    ],
  ],
  token_revoked: [[/^(.*) of (\S+)$/, ([name = '', owner = ''], text) => text.tokenOf(name, owner)]],
  alarm_acknowledged: [[/^(\w+): ?(.*)$/s, alarmStep]],
  alarm_changed: [[/^(\w+): ?(.*)$/s, alarmStep]],
  configured: [
    [/^kept$/, (_, text) => text.kept],
    [/^deleted$/, (_, text) => text.deleted],
  ],
  report_made: [
    [/^version (\d+)$/, ([version = ''], text) => text.version(Number(version))],
    [
      /^issued as (.*), version (\d+)$/,
      ([number = '', version = ''], text) => text.issued(number, Number(version)),
    ],
    [/^sent: ?(.*)$/s, ([note = ''], text) => text.sent(note)],
  ],
  verdict: [
    [
      /^(true|false|unclear)(?:: (.*))?$/s,
      ([verdict = '', note = ''], _, language) => {
        const words: Readonly<Record<string, string>> = (language === 'vi' ? deskVi : deskEn).verdictButtons;
        return [words[verdict] ?? verdict, note].filter(Boolean).join(': ');
      },
    ],
  ],
};

/** Return who did it: an account, a service, or the centre itself. */
export function auditWho(by: string, language: Language): string {
  const text = catalogue(language);
  if (CENTRE.has(by)) return text.centre;
  return by.startsWith(SERVICE) ? text.service(by.slice(SERVICE.length)) : by;
}

/** Return what the step was done to: `tài khoản lan`, `sự kiện …`. */
export function auditSubject(line: Pick<AuditLine, 'event' | 'subject'>, language: Language): string {
  const { subjects } = catalogue(language);
  if (line.event !== '') return subjects['event']?.(line.event) ?? line.event;
  const whole = line.subject ?? '';
  // A lock-out names the account or the address inside its subject.
  const [, kind = whole, name = ''] = /^(?:account\/(?=account\/|address\/))?(\w+)(?:\/(.*))?$/s.exec(whole) ?? [];
  const words = Object.hasOwn(subjects, kind) ? subjects[kind] : undefined;
  return words?.(name) ?? whole;
}

/** Return the gateway's word for a subject that was typed as the page shows it, or as it is kept. */
export function subjectAsked(typed: string): string {
  for (const { subjects } of [auditVi, auditEn]) {
    for (const [kind, words] of Object.entries(subjects)) {
      const shown = words('').trim().toLowerCase();
      if (typed.toLowerCase() === shown) return kind;
      if (!typed.toLowerCase().startsWith(`${shown} `)) continue;
      const name = typed.slice(shown.length).trim();
      return kind === 'event' ? name : `${kind}/${name}`;
    }
  }
  return typed;
}

/** Return the gateway's word for somebody who was typed as the page shows them, or as kept. */
export function whoAsked(typed: string): string {
  for (const text of [auditVi, auditEn]) {
    if (typed.toLowerCase() === text.centre.toLowerCase()) return 'quantrac-gateway';
    const shown = text.service('').toLowerCase();
    if (typed.toLowerCase().startsWith(shown)) return SERVICE + typed.slice(shown.length).trim();
  }
  return typed;
}

/** Return what is told of the step; the gateway's own words where their shape is not known. */
export function auditDetail(line: Pick<AuditLine, 'action' | 'detail'>, language: Language): string {
  const tellers = Object.hasOwn(TELLERS, line.action) ? (TELLERS[line.action] ?? []) : [];
  for (const [shape, tell] of tellers) {
    const found = shape.exec(line.detail);
    const told = found && tell(found.slice(1), catalogue(language), language);
    if (told) return told;
  }
  return line.detail;
}

function catalogue(language: Language): AuditCatalogue {
  return language === 'vi' ? auditVi : auditEn;
}

const joined = (...words: readonly string[]): string => words.join(', ');

function named(list: string, words: Readonly<Record<string, string>>): string {
  return list
    .split(', ')
    .map((one) => words[one] ?? one)
    .join(', ');
}

function account(found: readonly string[], text: AuditCatalogue, language: Language): string {
  const [name = '', roles = '', stations = '', cameras = '', disabled] = found;
  const reach = (names: string): string => ({ all: text.all, none: text.none })[names] ?? names;
  const told = [
    `${name}: ${named(roles, accessText(language).roles)}`,
    text.stations(reach(stations)),
    text.cameras(reach(cameras)),
  ];
  if (disabled !== undefined) told.push(text.disabled);
  return told.join('; ');
}

function alarmStep([step = '', why = '']: readonly string[], _: AuditCatalogue, language: Language): string | undefined {
  const word = (language === 'vi' ? alarmsVi : alarmsEn).actions[step];
  return word && [word, why].filter(Boolean).join(': ');
}
