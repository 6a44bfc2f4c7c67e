/**
 * The keyboard's keys, and whether single ones are on.
 */

import { openDialog } from './dialogs.js';
import { h } from './dom.js';
import { setSingleKeys, singleKeys } from './keys.js';

const KEYS = [
  ['Everywhere', [['?', 'This help'], ['g', 'All tasks']]],
  ['List of tasks', [['/', 'Filter'], ['c', 'New task']]],
  [
    'A task’s output',
    [
      ['/', 'Search'],
      ['n', 'Next match'],
      ['N', 'Previous match'],
      ['Esc', 'End the search'],
      ['!', 'First error'],
      ['e', 'Next error'],
      ['E', 'Previous error'],
      ['f', 'Follow the end, or stop following'],
      ['l', 'Line numbers on or off'],
      ['t', 'Times: of the day, elapsed, none; also where nothing came for long'],
      ['w', 'Wrap long lines, or not'],
      ['-', 'Fold all groups'],
      ['+', 'Open all groups'],
      ['↑ ↓ PgUp PgDn', 'Scroll (stops following)'],
      [':', 'Go to a line'],
      ['Home', 'To the beginning'],
      ['End', 'To the end, and follow'],
    ],
  ],
];

export function openHelp() {
  const box = h('input', {
    type: 'checkbox',
    id: 'single-keys',
    'data-testid': 'single-keys',
    onchange: () => setSingleKeys(box.checked),
  });
  box.checked = singleKeys();
  const groups = KEYS.map(([name, keys]) =>
    h(
      'section',
      null,
      h('h3', null, name),
      h(
        'dl',
        { class: 'keys' },
        keys.map(([key, text]) =>
          h('div', null, h('dt', null, key.split(' ').map((one) => h('kbd', null, one))), h('dd', null, text)),
        ),
      ),
    ),
  );
  openDialog({
    title: 'Keyboard',
    testid: 'help-dialog',
    body: [
      ...groups,
      h('p', { class: 'check' }, box, h('label', { for: 'single-keys' }, 'Single-letter shortcuts are on')),
    ],
  });
}
