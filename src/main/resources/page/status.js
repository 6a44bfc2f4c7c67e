/**
 * A task's status as a chip, and what a list and a task's own view say about a task.
 */

import { h } from './dom.js';

export const STATUSES = ['open', 'completed', 'failed', 'cancelled'];
const TONES = { open: 'info', completed: 'ok', failed: 'bad', cancelled: 'muted' };
const NAMES = { open: 'Open', completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' };

export function statusName(status) {
  return NAMES[status] ?? status;
}

export function statusChip(status) {
  return h(
    'span',
    { class: `chip chip-${TONES[status] ?? 'muted'} status-${status}`, 'data-testid': 'status' },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    statusName(status),
  );
}

/** Labels as small chips. */
export function labelChips(labels) {
  return Object.entries(labels ?? {}).map(([name, value]) =>
    h('span', { class: 'tag' }, h('span', { class: 'tag-name' }, name), value),
  );
}
