/**
 * Keyboard shortcuts: one listener for the page, the keys given by what is shown.
 *
 * Keys typed into a field are the field's, and an open dialog or menu has its own. Shortcuts of a single character can
 * be turned off (WCAG 2.1.4), for someone who speaks to the computer would trigger them by talking.
 */

import { remember, setting } from './settings.js';

let shortcuts = {};
const always = {};

/**
 * @param {Object<string, (event: KeyboardEvent) => void>} keys by KeyboardEvent.key; replaces those of the last view
 */
export function useKeys(keys) {
  shortcuts = keys;
}

/** Keys that hold in every view. */
export function alwaysKeys(keys) {
  Object.assign(always, keys);
}

export function singleKeys() {
  return setting('single-keys', 'on') === 'on';
}

export function setSingleKeys(on) {
  remember('single-keys', on ? 'on' : 'off');
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && !singleKeys()) return;
  const { target } = event;
  if (target.closest?.('dialog, [role="menu"]') || document.querySelector('dialog[open]')) return;
  if (target.matches?.('input, textarea, select')) return;
  const run = shortcuts[event.key] ?? always[event.key];
  if (!run) return;
  if (run(event) !== false) event.preventDefault();
});
