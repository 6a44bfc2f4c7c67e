/**
 * How tasks and connections stand, as chips and lights; what a list and a task's own view say about a task.
 */

import { h, setText } from './dom.js';
import { full } from './format.js';
import { lightOf } from './light.js';

/** Names and tones. */
const SHOWN = {
  open: ['Open', 'info'],
  completed: ['Completed', 'ok'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', 'muted'],
};
export const STATUSES = Object.keys(SHOWN);

export function statusName(status) {
  return SHOWN[status]?.[0] ?? status;
}

export function statusChip(status) {
  const tone = SHOWN[status]?.[1] ?? 'muted';
  const dot = h('span.dot', { 'aria-hidden': 'true' });
  return h('span.chip', { class: `chip-${tone} status-${status}`, testid: 'status' }, dot, statusName(status));
}

/** A chip that says that an open task has lost its producer; nothing if it has not. */
export function lostChip(task) {
  const lost = task.status === 'open' ? (task.producers ?? []).filter((producer) => producer.state === 'lost') : [];
  if (lost.length === 0) return null;
  const since = lost.map((producer) => producer.since).sort()[0];
  return h('span.chip.chip-warn', { title: `Last heard of ${full(since)}`, testid: 'lost' }, 'Producer lost');
}

/** Labels as small chips. */
export function labelChips(labels) {
  return Object.entries(labels ?? {}).map(([name, value]) => h('span.tag', h('span.tag-name', name), value));
}

/** The light that says how a connection is. */
export class Light {
  #text = h('span.light-text');
  element = h('div.light', { testid: 'light' }, h('span.lamp', { 'aria-hidden': 'true' }), this.#text);

  /** @param {State} state @return what {@link lightOf} says */
  show(state) {
    const light = lightOf(state, performance.now());
    setText(this.#text, light.label);
    this.element.className = `light light-${light.tone}`;
    this.element.dataset.state = light.name;
    this.element.title = light.hint;
    return light;
  }
}
