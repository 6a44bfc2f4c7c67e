/**
 * Two to four tasks side by side (`#/watch?task=a&task=b`), over one connection. What can be done with one output is on the
 * task's own page, to which its title leads.
 */

import { address, getTask, streamAddress } from './api.js';
import { Connection } from './connection.js';
import { h, replace, setText } from './dom.js';
import { Feed } from './feed.js';
import { useKeys } from './keys.js';
import { taskAddress } from './line-range.js';
import { Lines } from './lines.js';
import { jumpButton, Output } from './output.js';
import { isOn } from './settings.js';
import { SharedStream } from './shared-stream.js';
import { Light, statusChip } from './status.js';
import { StreamSource } from './stream-source.js';
import { ofBrowser } from './task-view.js';

export const MOST_WATCHED = 4;
/** Events, and so lines, of each. */
const WINDOW = 20_000;
const SNAPSHOT_MS = 20_000;
/** Such an output has no earlier part to go to. */
const WHOLE = { isLive: true, isWhole: true, hasEarlier: false, near() {} };

/** The address at which these tasks are watched. */
export function watchAddress(ids) {
  return `#/watch?${new URLSearchParams(ids.map((id) => ['task', id]))}`;
}

/** For one that is gone the server refuses the stream of all. */
const isThere = (pane) => pane.connection.state.name !== 'gone';

/** @param {HTMLElement} main @param {URLSearchParams} query its `task`s */
export function mountWatch(main, query) {
  const ids = [...new Set(query.getAll('task'))].slice(0, MOST_WATCHED);
  let heartbeat = null;
  const shared = new SharedStream({
    address: (lastEventId) =>
      address('stream', {
        task: panes.filter(isThere).map(({ id }) => id),
        from: `-${WINDOW}`,
        heartbeat,
        heartbeatEvent: true,
        lastEventId,
      }),
    open: (url) => new StreamSource(url),
    now: ofBrowser.clock.now,
  });
  const panes = ids.map((id) => new Pane(id, shared, (seconds) => (heartbeat = seconds)));
  const title = h('h1.visually-hidden', { tabindex: '-1' }, `${ids.length} tasks side by side`);
  const elements = panes.map(({ element }) => element);
  replace(main, h('div.watch', { testid: 'watch' }, title, elements));
  useKeys({ f: () => panes.forEach((pane) => pane.output.follow(true)) });
  panes.forEach((pane) => pane.start());
  return () => panes.forEach((pane) => pane.dispose());
}

class Pane {
  #lines = new Lines(WINDOW);
  #stop = new AbortController();
  #connected = '';
  #light = new Light();
  #task = null;
  #timers = [];

  constructor(id, shared, heartbeat) {
    this.id = id;
    this.title = h('a', { href: taskAddress(id), title: 'Open it alone' }, id);
    this.status = h('span.head-status');
    const followed = () => (this.jump.hidden = this.output.following);
    this.output = new Output(this.#lines, () => false, followed);
    this.jump = jumpButton(this.output);
    this.output.part = WHOLE;
    this.output.element.removeAttribute('id');
    this.output.element.ariaLabel = `Output of ${id}`;
    this.element = h('section.pane', { 'aria-label': id, testid: 'pane', 'data-id': id }, [
      h('header.pane-head', h('h2', this.title), this.status, this.#light.element),
      h('div.output-place', this.output.element, this.jump),
    ]);
    this.feed = new Feed(this.#lines, () => this.output.refresh());
    this.connection = new Connection({
      address: (query) => {
        heartbeat(query.heartbeat);
        return streamAddress(id, query);
      },
      open: () => shared.source(id),
      snapshot: () => this.#snapshot(),
      onEvent: (event) => this.feed.add(event),
      onMark: (mark) => this.feed.add(mark),
      onState: (state) => this.#changed(state),
      ...ofBrowser,
    });
  }

  start() {
    this.output.look({ numberOf: () => null });
    this.output.wrap = isOn('wrap', false);
    this.showLight();
    const poll = () => this.connection.poll(this.#task);
    this.#timers = [setInterval(() => this.showLight(), 1000), setInterval(poll, SNAPSHOT_MS)];
    addEventListener('online', () => this.connection.reconnectNow(), { signal: this.#stop.signal });
    // Until the snapshot is here all that comes counts as new.
    this.connection.start({});
    this.#snapshot().catch(() => {});
  }

  dispose() {
    this.#timers.forEach(clearInterval);
    this.#stop.abort();
    this.connection.stop();
    this.feed.dispose();
    this.output.dispose();
  }

  async #snapshot() {
    const task = await getTask(this.id, this.#stop.signal);
    this.#task = task;
    setText(this.title, task.title || task.id);
    replace(this.status, statusChip(task.status));
    return task;
  }

  #changed({ name }) {
    this.showLight();
    if (name === this.#connected) return;
    this.#connected = name;
    if (['open', 'ended'].includes(name)) this.#snapshot().catch(() => {});
    // The light says that it was deleted.
    if (name === 'gone') replace(this.status);
  }

  showLight() {
    this.#light.show(this.connection.state);
  }
}
