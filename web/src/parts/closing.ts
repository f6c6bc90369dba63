/** Menus close on Escape, which gives the focus back to their button, and on a press elsewhere. */
import type { Attachment } from 'svelte/attachments';

/** Close what is in the element, whose button says by `aria-expanded` whether it is open. */
export function closing(close: () => void): Attachment<HTMLElement> {
  return (element) => {
    const opener = (): HTMLElement | null => element.querySelector('[aria-expanded=true]');
    const onkeydown = (pressed: KeyboardEvent): void => {
      const button = opener();
      if (pressed.key !== 'Escape' || button === null) return;
      close();
      button.focus();
    };
    const onclick = (clicked: MouseEvent): void => {
      if (opener() !== null && !element.contains(clicked.target as Node)) close();
    };
    element.addEventListener('keydown', onkeydown);
    window.addEventListener('click', onclick);
    return () => {
      element.removeEventListener('keydown', onkeydown);
      window.removeEventListener('click', onclick);
    };
  };
}
