/**
 * Keyboard shortcuts: one listener for the page, the keys given by what is shown, and the help on them.
 *
 * Keys typed into a field are the field's, and an open dialog or menu has its own. Shortcuts of a single character can
 * be turned off (WCAG 2.1.4), for someone who speaks to the computer would trigger them by talking.
 */

import { openDialog } from './dialogs.js';
import { h } from './dom.js';
import { isOn, rememberOn } from './settings.js';

const KEYS = {
  Everywhere: { '?': 'This help', g: 'All tasks' },
  'List of tasks': { '/': 'Filter', c: 'New task' },
  'A task’s output': {
    '/': 'Search',
    n: 'Next match',
    N: 'Previous match',
    Esc: 'End the search',
    '!': 'First error',
    e: 'Next error',
    E: 'Previous error',
    f: 'Follow the end, or stop following',
    l: 'Line numbers on or off',
    t: 'Times: of the day, elapsed, none; also where nothing came for long',
    w: 'Wrap long lines, or not',
    '-': 'Fold all groups',
    '+': 'Open all groups',
    '↑ ↓ PgUp PgDn': 'Scroll (stops following)',
    ':': 'Go to a line',
    Home: 'To the beginning',
    End: 'To the end, and follow',
  },
};

/** Those of all views, and of the one that is shown. */
const always = { '?': openHelp, g: () => (location.hash = '#/') };
let shortcuts = {};

/** @param {Object<string, (event: KeyboardEvent) => void>} keys by KeyboardEvent.key, instead of the last view's */
export function useKeys(keys) {
  shortcuts = keys;
}

const areSingleOn = () => isOn('single-keys', true);

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && !areSingleOn()) return;
  const { target } = event;
  if (target.closest?.('dialog, [role="menu"]') || document.querySelector('dialog[open]')) return;
  if (target.matches?.('input, textarea, select')) return;
  const run = shortcuts[event.key] ?? always[event.key];
  if (run && run(event) !== false) event.preventDefault();
});

export function openHelp() {
  const onchange = () => rememberOn('single-keys', box.checked);
  const look = { type: 'checkbox', id: 'single-keys', testid: 'single-keys' };
  const box = h('input', { ...look, checked: areSingleOn(), onchange });
  const entry = ([keys, text]) => {
    const each = keys.split(' ').map((key) => h('kbd', key));
    return h('div', h('dt', each), h('dd', text));
  };
  const groups = Object.entries(KEYS).map(([name, keys]) =>
    h('section', h('h3', name), h('dl.keys', Object.entries(keys).map(entry))),
  );
  const label = h('label', { for: 'single-keys' }, 'Single-letter shortcuts are on');
  openDialog({ title: 'Keyboard', testid: 'help-dialog', body: [...groups, h('p.check', box, label)] });
}
