/** How tasks and connections stand, as chips, lights and in the browser's tab. */

import { h, setText } from './dom.js';
import { full } from './format.js';
import { lightOf } from './light.js';

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

/** Says that an open task has lost its producer; null if it has not. */
export function lostChip(task) {
  const lost = (task.producers ?? []).filter(({ state }) => state === 'lost');
  if (task.status !== 'open' || lost.length === 0) return null;
  const [since] = lost.map((producer) => producer.since).sort();
  return h('span.chip.chip-warn', { title: `Last heard of ${full(since)}`, testid: 'lost' }, 'Producer lost');
}

export function labelChips(labels) {
  return Object.entries(labels ?? {}).map(([name, value]) => h('span.tag', h('span.tag-name', name), value));
}

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

/** Sign, word, and the icon's colour and drawing. */
const IN_TAB = {
  open: ['●', 'running', '#2457c5', '<path d="M12 9l11 7-11 7z" fill="#fff"/>'],
  completed: ['✓', 'done', '#176f3d', '<path d="M8 17l6 6 11-13" stroke="#fff" stroke-width="4" fill="none"/>'],
  failed: ['✗', 'failed', '#b3261e', '<path d="M9 9l14 14M23 9L9 23" stroke="#fff" stroke-width="4" fill="none"/>'],
  cancelled: ['■', 'cancelled', '#566072', '<path d="M10 10h12v12H10z" fill="#fff"/>'],
};

/** A browser's tab says how a task stands, also while another is in front. @param {?Object} task null for none */
export function showInTab(task) {
  const [sign, word, colour, drawing] = IN_TAB[task?.status] ?? [];
  const name = task && (task.title || task.id);
  document.title = [sign && `${sign} ${name}`, word, 'Taskstream'].filter(Boolean).join(' · ');
  const icon = document.querySelector('link[rel=icon]');
  const href = sign ? iconOf(colour, drawing) : 'page/favicon.svg';
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

function iconOf(colour, drawing) {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    `<rect width="32" height="32" rx="7" fill="${colour}"/>${drawing}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
