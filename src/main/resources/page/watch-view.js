/**
 * Two to four tasks side by side (`#/watch?task=a&task=b`), over one connection. What can be done with one output is on the
 * task's own page, to which its title leads.
 */

import { address, getTask, probeStream, streamAddress } from './api.js';
import { Connection } from './connection.js';
import { h, icon, replace, setText } from './dom.js';
import { Feed } from './feed.js';
import { useKeys } from './keys.js';
import { lightOf } from './light.js';
import { Lines } from './lines.js';
import { Output } from './output.js';
import { isDark, onTheme, setting } from './settings.js';
import { SharedStream } from './shared-stream.js';
import { statusChip } from './status.js';
import { connections, StreamSource } from './stream-source.js';
import { clockOfPage } from './task-view.js';

export const MOST_WATCHED = 4;
/** Events, and so lines, of each. */
const WINDOW = 20_000;
/** Such an output has no earlier part to go to. */
const WHOLE = { isLive: true, isWhole: true, hasEarlier: false, near() {} };

/** The address at which these tasks are watched. */
export function watchAddress(ids) {
  return `#/watch?${new URLSearchParams(ids.map((id) => ['task', id]))}`;
}

/** For one that is not there the server refuses the stream of all. */
const isThere = (pane) => pane.connection.state.name !== 'gone';

/** @param {HTMLElement} main @param {URLSearchParams} query its `task`s */
export function mountWatch(main, query) {
  const ids = [...new Set(query.getAll('task'))].slice(0, MOST_WATCHED);
  let heartbeat = null;
  const shared = new SharedStream({
    address: (lastEventId) =>
      address('stream', { task: panes.filter(isThere).map(({ id }) => id), from: `-${WINDOW}`, heartbeat, heartbeatEvent: true, lastEventId }),
    open: (url) => new StreamSource(url, connections),
    now: clockOfPage.now,
  });
  const panes = ids.map((id) => new Pane(id, shared, (seconds) => (heartbeat = seconds)));
  replace(
    main,
    h(
      'div',
      { class: 'watch', 'data-testid': 'watch' },
      h('h1', { class: 'visually-hidden', tabindex: '-1' }, `${ids.length} tasks side by side`),
      panes.map((pane) => pane.element),
    ),
  );
  useKeys({ f: () => panes.forEach((pane) => pane.output.follow(true)) });
  panes.forEach((pane) => pane.start());
  const timer = setInterval(() => panes.forEach((pane) => pane.showLight()), 1000);
  const online = () => panes.forEach((pane) => pane.connection.reconnectNow());
  addEventListener('online', online);
  const ending = onTheme(() => panes.forEach((pane) => pane.output.look({ dark: isDark() })));
  return () => {
    clearInterval(timer);
    removeEventListener('online', online);
    ending();
    panes.forEach((pane) => pane.dispose());
  };
}

class Pane {
  #lines = new Lines(WINDOW);
  #stop = new AbortController();
  #connected = '';

  constructor(id, shared, heartbeat) {
    this.id = id;
    this.title = h('a', { href: `#/tasks/${encodeURIComponent(id)}`, title: 'Open it alone' }, id);
    this.status = h('span', { class: 'head-status' });
    this.lightText = h('span', { class: 'light-text' });
    this.light = h(
      'span',
      { 'data-testid': 'light' },
      h('span', { class: 'lamp', 'aria-hidden': 'true' }),
      this.lightText,
    );
    this.jump = h(
      'button',
      { type: 'button', class: 'jump', hidden: true, onclick: () => this.output.follow(true), 'data-testid': 'jump' },
      icon('follow'),
      h('span', null, 'Jump to the end'),
    );
    this.output = new Output(
      this.#lines,
      () => false,
      () => (this.jump.hidden = this.output.following),
    );
    this.output.part = WHOLE;
    this.output.element.removeAttribute('id');
    this.output.element.setAttribute('aria-label', `Output of ${id}`);
    this.element = h(
      'section',
      { class: 'pane', 'aria-label': id, 'data-testid': 'pane', 'data-id': id },
      h('header', { class: 'pane-head' }, h('h2', null, this.title), this.status, this.light),
      h('div', { class: 'output-place' }, this.output.element, this.jump),
    );
    this.feed = new Feed(this.#lines, () => this.output.refresh());
    this.connection = new Connection({
      address: (query) => {
        heartbeat(query.heartbeat);
        return streamAddress(id, query);
      },
      open: () => shared.source(id),
      dropDead: (many) => connections.dropDead(many),
      snapshot: () => this.#snapshot(),
      probe: probeStream,
      onEvent: (event) => this.feed.event(event),
      onMark: (mark) => this.feed.mark(mark),
      onState: (state) => this.#changed(state),
      clock: clockOfPage,
      random: Math.random,
    });
  }

  start() {
    this.output.look({ dark: isDark(), numberOf: () => null });
    this.output.setWrap(setting('wrap', 'off') === 'on');
    this.showLight();
    // Until the snapshot is here all that comes counts as new.
    this.connection.start({});
    this.#snapshot().catch(() => {});
  }

  dispose() {
    this.#stop.abort();
    this.connection.stop();
    this.feed.dispose();
    this.output.dispose();
  }

  async #snapshot() {
    const task = await getTask(this.id, this.#stop.signal);
    setText(this.title, task.title || task.id);
    replace(this.status, statusChip(task.status));
    return task;
  }

  #changed({ name }) {
    this.showLight();
    if (name === this.#connected) return;
    this.#connected = name;
    if (['open', 'ended'].includes(name)) this.#snapshot().catch(() => {});
  }

  showLight() {
    const { name, tone, label, hint } = lightOf(this.connection.state, clockOfPage.now());
    setText(this.lightText, label);
    this.light.className = `light light-${tone}`;
    this.light.dataset.state = name;
    this.light.title = hint;
  }
}
