/** Which key does what on the desk, where nobody is typing. */
import type { Verdict } from '../api/security_contract';

export type ListAction =
  | { kind: 'move'; step: 1 | -1; onlyInList: boolean }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'group' };

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>;

const VERDICT_KEYS: Record<string, Verdict> = { t: 'true', f: 'false', u: 'unclear' };

/** Return the verdict that a key stands for, or null. */
export function verdictOfKey(pressed: Pressed): Verdict | null {
  return isChord(pressed) ? null : (VERDICT_KEYS[pressed.key.toLowerCase()] ?? null);
}

/** Return what a key does in the list; the arrows scroll the page unless a row has the focus. */
export function listAction(pressed: Pressed): ListAction | null {
  if (isChord(pressed)) return null;
  const verdict = verdictOfKey(pressed);
  if (verdict !== null) return { kind: 'verdict', verdict };
  switch (pressed.key) {
    case 'j':
      return { kind: 'move', step: 1, onlyInList: false };
    case 'k':
      return { kind: 'move', step: -1, onlyInList: false };
    case 'ArrowDown':
      return { kind: 'move', step: 1, onlyInList: true };
    case 'ArrowUp':
      return { kind: 'move', step: -1, onlyInList: true };
    case 'g':
      return { kind: 'group' };
    default:
      return null;
  }
}

function isChord(pressed: Pressed): boolean {
  return pressed.ctrlKey || pressed.altKey || pressed.metaKey;
}

/** Tell whether the element takes letters for itself. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches('input:not([type=range]), select, textarea') || target.isContentEditable;
}
