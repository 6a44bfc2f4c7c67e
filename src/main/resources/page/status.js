/**
 * A task's status as a chip, and what a list and a task's own view say about a task.
 */

import { h } from './dom.js';
import { full } from './format.js';

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

/** A chip that says that an open task has lost its producer; nothing if it has not. */
export function lostChip(task) {
  const lost = task.status === 'open' ? (task.producers ?? []).filter((producer) => producer.state === 'lost') : [];
  if (lost.length === 0) return null;
  const since = lost.map((producer) => producer.since).sort()[0];
  return h(
    'span',
    { class: 'chip chip-warn', title: `Last heard of ${full(since)}`, 'data-testid': 'lost' },
    'Producer lost',
  );
}

/** Labels as small chips. */
export function labelChips(labels) {
  return Object.entries(labels ?? {}).map(([name, value]) =>
    h('span', { class: 'tag' }, h('span', { class: 'tag-name' }, name), value),
  );
}
