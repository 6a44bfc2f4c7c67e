/** One task: its head, its output live, and everything that ties them to the stream. */

import { findPlace, getEvents, getTask, probeStream, readEvents, searchLog, serverNow, streamAddress } from './api.js';
import { Columns } from './columns.js';
import { Connection } from './connection.js';
import { h, icon, replace, setText, toast } from './dom.js';
import { Feed } from './feed.js';
import { FaultsBox } from './faults-box.js';
import { count, plural } from './format.js';
import { itemOf } from './items.js';
import { useKeys } from './keys.js';
import { Lines, MOST_LINES } from './lines.js';
import { LogPart } from './log-part.js';
import { jumpButton, Output, TO_END } from './output.js';
import { pipeHelp } from './pipe.js';
import { SearchBox } from './search-box.js';
import { isOn, rememberOn, setting } from './settings.js';
import { signInButton } from './sign-in.js';
import { showInTab } from './status.js';
import { connections, StreamSource } from './stream-source.js';
import { TaskHead } from './task-head.js';
import { TaskTools } from './task-tools.js';
import { Times } from './times.js';

const SNAPSHOT_MS = 5000;
const isPhone = () => matchMedia('(max-width: 640px)').matches;

/** @param {HTMLElement} main @param {string} id the task's @param {URLSearchParams} query of the address */
export function mountTask(main, id, query) {
  const view = new TaskView(main, id, query);
  view.load();
  return () => view.dispose();
}

/** The cheap look first, for this sees every event. */
const isCancelRequest = (data) => data.includes('"cancel_requested"') && itemOf(data).kind === 'cancel';

/** What connections need of the browser. */
export const ofBrowser = {
  dropDead: (many) => connections.dropDead(many),
  probe: probeStream,
  isHidden: () => document.hidden,
  clock: {
    // Nobody sets this one back.
    now: () => performance.now(),
    date: serverNow,
    after: (ms, run) => setTimeout(run, ms),
    stop: (timer) => clearTimeout(timer),
  },
  random: Math.random,
};

const OVER = ['ended', 'gone', 'refused'];

class TaskView {
  #id;
  #main;
  #lines = new Lines(Number(setting('window', MOST_LINES)));
  #stop = new AbortController();
  #timers = [];
  #task = null;
  #lastId = null;
  #shown = 'lines';
  #connected = 'connecting';
  #actions;

  constructor(main, id, query) {
    this.#id = id;
    this.#main = main;
    this.head = new TaskHead(id);
    const hasError = (from, to) => this.faults.faults.isBetween(from, to);
    this.output = new Output(this.#lines, hasError, () => this.#followed());
    const fetchEvents = (range) => getEvents(id, range, this.#stop.signal);
    this.times = new Times(fetchEvents, () => this.output.redraw());
    this.columns = new Columns(id, query, {
      lines: this.#lines,
      output: this.output,
      times: this.times,
      created: () => this.#task.created,
      isPhone: isPhone(),
    });
    this.search = new SearchBox(this.#lines, this.output, (query, signal) => searchLog(id, query, signal));
    this.faults = new FaultsBox(this.#lines, this.output);
    this.#actions = {
      follow: () => this.output.follow(!this.output.following),
      numbers: () => this.#look(() => this.columns.toggleNumbers()),
      times: () => this.#look(() => this.columns.toggleTimes()),
      wrap: () => this.#look(() => this.#toggleWrap()),
      reconnect: () => this.connection.reconnectNow(),
      lastMark: () => this.#showLastMark(),
      toLine: (number) => this.part.toLine(number),
      foldAll: (isCollapsed) => this.output.foldAll(isCollapsed),
      prefix: () => this.columns.prefix,
    };
    const inBar = { search: this.search.element, faults: this.faults.element };
    this.tools = new TaskTools(id, this.#lines, inBar, this.#actions);
    this.jump = jumpButton(this.output);
    this.overlay = h('div.output-empty', { hidden: true, testid: 'output-empty' });
    this.feed = new Feed(this.#lines, () => this.#batch());
    this.part = new LogPart(this.#lines, {
      read: (from, until, signal) => readEvents(id, from, until, signal),
      place: (query) => findPlace(id, query, this.#stop.signal),
      feed: this.feed,
      screen: () => this.output.screen,
      isFollowing: () => this.output.following,
      renew: (change) => this.#renew(change),
      reveal: (line) => this.output.reveal({ line, offset: 0 }),
      changed: () => this.#partChanged(),
      tell: (message) => toast(message, 'bad'),
    });
    this.output.part = this.search.part = this.faults.part = this.part;
    this.connection = new Connection({
      address: (query) => streamAddress(id, query),
      open: (url) => new StreamSource(url),
      snapshot: () => this.#snapshot(),
      onEvent: (event) => this.#event(event),
      onMark: (mark) => this.part.mark(mark),
      onState: (state) => this.#connectionChanged(state),
      ...ofBrowser,
    });
  }

  /** Asks for the task, and again if the server can't be reached. */
  async load() {
    const spinner = h('span.spinner', { 'aria-hidden': 'true' });
    replace(this.#main, h('div.page.loading', { testid: 'loading' }, spinner, 'Loading the task…'));
    useKeys({});
    try {
      this.#show(await this.#snapshot());
    } catch (error) {
      if (error.name !== 'AbortError') this.#showFailure(error);
    }
  }

  dispose() {
    this.#stop.abort();
    this.connection.stop();
    this.part.stop();
    this.feed.dispose();
    this.output.dispose();
    this.search.dispose();
    this.#timers.forEach(clearInterval);
    showInTab(null);
  }

  #showFailure(error) {
    // A server that starts or stops answers its own 404: only Taskstream knows that there is no such task.
    const gone = error.status === 404 && error.isProblem;
    const again = h('button.button.primary', { onclick: () => this.load() }, 'Try again');
    const empty = h('div.empty', { testid: gone ? 'not-found' : 'load-error' }, [
      icon(gone ? 'search' : 'alert'),
      h('h1', { tabindex: '-1' }, gone ? 'No such task' : (error.title ?? 'Something went wrong')),
      h('p', error.detail || 'Taskstream did not answer. It may be starting, or briefly unavailable.'),
      h('p.empty-actions', [
        h('a.button', { href: '#/' }, 'All tasks'),
        error.status === 401 ? signInButton(() => this.load()) : again,
      ]),
    ]);
    replace(this.#main, h('div.page', empty));
  }

  #show(task) {
    const place = h('div.output-place', this.output.element, this.overlay, this.jump);
    replace(this.#main, h('div.task-view', this.head.element, this.tools.element, place));
    this.#update(task);
    this.output.look({ faults: this.faults.look });
    this.columns.show();
    this.output.wrap = isOn('wrap', isPhone());
    this.#showToggles();
    this.#useKeys();
    const poll = () => this.connection.poll(this.#task);
    this.#timers = [setInterval(() => this.#tick(), 1000), setInterval(poll, SNAPSHOT_MS)];
    addEventListener('online', this.#actions.reconnect, { signal: this.#stop.signal });
    this.tools.showLight(this.connection.state);
    const { targetNumber } = this.columns;
    this.connection.start(task, this.part.start(task, targetNumber !== null));
    if (!this.part.isLive) {
      this.output.follow(false);
      this.columns.forgetTarget();
      this.part.toLine(targetNumber);
    }
    setTimeout(() => this.#showEmpty(), 400);
  }

  #useKeys() {
    const { follow, numbers, times, wrap, foldAll } = this.#actions;
    const scroll = (event) => {
      if (event.target === this.output.element && !['Home', 'End'].includes(event.key)) return false;
      this.output.scrollBy(event.key);
      return true;
    };
    const scrollKeys = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'];
    useKeys({
      '/': () => this.search.focus(),
      n: () => this.search.step(1),
      N: () => this.search.step(-1),
      '!': () => this.faults.first(),
      e: () => this.faults.step(1),
      E: () => this.faults.step(-1),
      f: follow,
      l: numbers,
      t: times,
      w: wrap,
      ':': () => this.tools.askLine(),
      '-': () => foldAll(true),
      '+': () => foldAll(false),
      Escape: () => this.search.close(),
      ...Object.fromEntries(scrollKeys.map((key) => [key, scroll])),
    });
  }

  async #snapshot() {
    const task = await getTask(this.#id, this.#stop.signal);
    if (this.#task) this.#update(task);
    return task;
  }

  #update(task) {
    this.#task = task;
    this.part.update(task);
    this.head.update(task);
    showInTab(task);
  }

  #tick() {
    this.tools.showLight(this.connection.state);
    this.head.tick();
    this.output.tick(serverNow());
  }

  #event(event) {
    this.#lastId = event.id;
    if (isCancelRequest(event.data)) this.head.cancelAsked();
    this.part.event(event);
    if (!this.part.isLive) this.output.refresh();
  }

  #connectionChanged(state) {
    this.tools.showLight(state);
    if (state.name === this.#connected) return;
    this.#connected = state.name;
    if (['open', 'ended'].includes(state.name)) this.#snapshot().catch(() => {});
    if (OVER.includes(state.name)) this.#showEmpty();
    if (state.name === 'gone') this.head.gone();
  }

  #batch() {
    // The first, for whether a group folds depends on its errors.
    this.faults.linesChanged();
    this.search.linesChanged(this.#lines.start);
    this.output.setNote(this.#cutNote());
    this.output.refresh();
    this.#showEmpty();
    this.columns.showTarget(this.feed.isEmpty && this.#lastId === this.#task.lastEventId);
  }

  /** Another part of the log takes the place of the lines. */
  #renew(change) {
    this.output.renew(() => {
      change();
      this.faults.linesChanged();
    });
    this.#showEmpty();
  }

  #partChanged() {
    this.faults.linesChanged();
    this.output.setNote(this.#cutNote());
    this.output.redraw();
  }

  #cutNote() {
    if (this.#lines.size === 0) return null;
    if (this.part.isBusy && this.part.hasEarlier) return 'Earlier lines are being loaded…';
    if (this.part.hasEarlier) return 'Earlier lines come when you scroll up; Home goes to the first';
    const gone = this.part.oldest - 1;
    return gone > 0 ? `${plural(gone, 'earlier event')} not shown: the server no longer keeps them` : null;
  }

  #showEmpty() {
    const open = this.#task.status === 'open';
    const shown = this.#lines.size > 0 ? 'lines' : this.#task.status;
    if (this.#shown === shown) return;
    this.#shown = shown;
    this.overlay.hidden = shown === 'lines';
    const title = h('h2', open ? 'Nothing here yet' : 'This task has no events');
    if (shown !== 'lines') replace(this.overlay, h('div', title, open && pipeHelp(this.#id)));
  }

  #followed() {
    const { following } = this.output;
    this.jump.hidden = following;
    if (following) this.part.followed();
    const { unseen } = this.part;
    const where = OVER.includes(this.#connected) ? TO_END : 'Jump to live';
    if (!following) setText(this.jump.lastChild, unseen > 0 ? `${where} · ${count(unseen)} new` : where);
    this.#showToggles();
  }

  #look(change) {
    change();
    this.#showToggles();
  }

  #showToggles() {
    this.tools.showToggles({
      following: this.output.following,
      numbers: this.columns.showNumbers,
      times: this.columns.showTimes,
      wrap: this.output.wrap,
    });
  }

  #toggleWrap() {
    this.output.wrap = !this.output.wrap;
    rememberOn('wrap', this.output.wrap);
  }

  #showLastMark() {
    for (let number = this.#lines.end - 1; number >= this.#lines.start; number--) {
      if (this.#lines.line(number).id === null) return this.output.reveal({ line: number, offset: 0 });
    }
  }
}
