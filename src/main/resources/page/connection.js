/**
 * The live stream of one task: keeps it open, knows when it is dead, and says what state it is in. No DOM.
 *
 * The source reconnects by itself, after the server's own `retry`, which spreads the viewers of a server that went away. A
 * silent network looks like a task without events, hence the heartbeats: when none came for one and a half intervals, the
 * source is closed and opened anew. A source that was refused asks no more; then the task is asked for, and the stream
 * once with fetch. These own attempts wait ever longer, with a random part, or as long as `Retry-After` says.
 */

import { CONNECTING } from './stream-source.js';

/** Seconds between heartbeats that the page asks for: so a silent network is noticed within 15. */
export const HEARTBEAT_SECONDS = 9;
/** What a server sends unasked that does not allow that: usually, and at most. */
const USUAL_SECONDS = 30;
const LONGEST_SECONDS = 300;
/** How long a new source may be without an answer; it tries again earlier itself. */
const ANSWER_MS = 21_000;
/**
 * How long the source may take over a reconnect of its own. A draining server tells it to wait for up to twice
 * `taskstream.drain.seconds`, which are 3600 at most, so that viewers don't come back together.
 */
const PATIENCE_MS = 2 * 3_600_000 + ANSWER_MS;
/** Silence after which Chromium tests a connection of HTTP/2 with the next request, which takes ten seconds. */
const SUSPECT_MS = 10_000;
/** What a heartbeat may be late. */
const LATE_MS = 1000;
const WATCH_MS = 250;
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const EVENT_ID = /^(.+)-(\d+)$/;

/**
 * @typedef {Object} State times are of the monotonic clock, which nobody sets, but `since` and `lastEventAt`, which are dates. `name`
 * is connecting, open, reconnecting, ended, gone or refused; `attempt` counts reconnects, `retryAt` is when the next own one is
 * made, null while the source makes it; `lastHeardAt` counts heartbeats, too; `silent` is whether one came since the last event;
 * `dropped` counts events that were lost to lag; `lost` are the uploads whose producer is lost; `status` is how the task
 * ended, `detail` why it was refused or why it reconnects
 */

/**
 * @typedef {Object} Needs `address(query)` of the stream; `open(url)` gives a StreamSource; `dropDead(many)` tests that many
 * connections and drops dead ones; `snapshot()` gives the task, or fails with a `status`, 0 for no answer, and `probe(url)` the status;
 * `isHidden()` whether nobody sees the page; `onEvent` is given id, data, at and replayed, `onMark` kind, text and at, `onState` the
 * State; `clock` has now(), date(), after(ms, run) and stop(timer); `random()`
 */

export class Connection {
  #needs;
  #source = null;
  #isPolling = false;
  #url = '';
  #generation = 0;
  #timer = null;
  #watch = null;
  #lastId = null;
  #lastSequence = 0;
  #epoch = null;
  #historyEnd = 0;
  #skipExpected = false;
  #from = null;
  /** Whether the source waits for the server's `retry`, or tries again. */
  #isLeftToSource = false;
  /** When was last heard what is suspected to be the last that comes. */
  #suspected = null;
  /** Seconds; what is asked for, null for nothing, and what is expected. */
  #asked = HEARTBEAT_SECONDS;
  #interval = HEARTBEAT_SECONDS;
  /** @type {State} */
  #state;

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#state = {
      name: 'connecting',
      since: needs.clock.date(),
      attempt: 0,
      retryAt: null,
      lastEventAt: null,
      lastHeardAt: null,
      lostAt: null,
      silent: false,
      laggedAt: null,
      dropped: 0,
      lost: [],
      status: null,
      detail: null,
    };
  }

  get state() {
    return this.#state;
  }

  /**
   * Opens the stream.
   * @param {Object} task its snapshot: what it says was there before counts as history
   * @param {?string} from where to begin, as the contract's `from`; null for the earliest event
   */
  start(task, from = null) {
    this.#noteHistory(task);
    this.#from = from;
    this.#connect();
  }

  /** Closes the stream for good. */
  stop() {
    this.#generation++;
    this.#close();
  }

  reconnectNow() {
    if (this.#state.name === 'reconnecting') this.#connect();
  }

  /**
   * Asks for the task, if more may be known of it. It may be deleted while a stream of several goes on, and when it ended
   * the server may not have answered. One at a time: on a silent network each would hold one of the browser's few connections.
   * @param {?Object} task what is known of it
   */
  async poll(task) {
    const { name } = this.#state;
    const isDue = name === 'ended' ? !task?.finished : name === 'open' && !this.#needs.isHidden();
    if (this.#isPolling || !isDue) return;
    this.#isPolling = true;
    await this.#needs.snapshot().catch((error) => isGone(error) && this.#final('gone', error.message));
    this.#isPolling = false;
  }

  #connect() {
    this.#close();
    const generation = ++this.#generation;
    this.#url = this.#needs.address({
      heartbeat: this.#asked,
      heartbeatEvent: true,
      lastEventId: this.#lastId,
      from: this.#lastId ? null : this.#from,
    });
    if (this.#state.name === 'reconnecting') this.#set({ attempt: this.#state.attempt + 1, retryAt: null });
    // The server tells every new viewer which producers are lost.
    this.#state.lost = [];
    const source = this.#needs.open(this.#url);
    this.#source = source;
    this.#isLeftToSource = false;
    this.#heard();
    const live = (listener) => (frame) => generation === this.#generation && listener(frame);
    source.onopen = live(() => this.#opened());
    source.onerror = live(() => this.#failed());
    source.onmessage = live((frame) => this.#event(frame));
    source.addEventListener('heartbeat', live(() => this.#heartbeat()));
    source.addEventListener('lag', live((frame) => this.#lag(frame.data)));
    source.addEventListener('gap', live((frame) => this.#gap(frame.data)));
    source.addEventListener('producer', live((frame) => this.#producer(frame.data)));
    this.#watch = this.#needs.clock.after(WATCH_MS, () => this.#watchOver());
  }

  #close() {
    const { clock } = this.#needs;
    this.#source?.close();
    this.#source = null;
    clock.stop(this.#timer);
    clock.stop(this.#watch);
    this.#timer = this.#watch = null;
  }

  #opened() {
    this.#heard();
    if (this.#state.name === 'reconnecting') this.#refreshHistory(this.#generation);
    this.#set({
      name: 'open',
      since: this.#needs.clock.date(),
      attempt: 0,
      retryAt: null,
      silent: false,
      detail: null,
    });
  }

  #event({ data, lastEventId }) {
    const at = this.#heard();
    const id = EVENT_ID.exec(lastEventId);
    const sequence = id ? Number(id[2]) : this.#lastSequence + 1;
    const epoch = id ? id[1] : this.#epoch;
    const sameLog = epoch === this.#epoch;
    if (sameLog && sequence <= this.#lastSequence) return;
    if (sameLog && sequence > this.#lastSequence + 1 && !this.#skipExpected) this.#hole(sequence, at);
    this.#skipExpected = false;
    this.#epoch = epoch;
    this.#lastSequence = sequence;
    this.#lastId = lastEventId || this.#lastId;
    if (this.#state.silent) this.#set({ silent: false });
    this.#state.lastEventAt = at;
    this.#needs.onEvent({ id: lastEventId, data, at, replayed: sequence <= this.#historyEnd });
    const status = endOf(data);
    if (status) this.#end(status);
  }

  #hole(sequence, at) {
    const many = sequence - this.#lastSequence - 1;
    this.#needs.onMark({ kind: 'hole', text: `${many} events are missing here; the server did not say why`, at });
  }

  #lag(text) {
    const at = this.#heard();
    const dropped = Number(/\d+/.exec(text)?.[0] ?? 0);
    this.#skipExpected = true;
    this.#needs.onMark({ kind: 'lag', text, at });
    this.#set({ laggedAt: this.#needs.clock.now(), dropped: this.#state.dropped + dropped });
  }

  #gap(text) {
    this.#skipExpected = true;
    this.#needs.onMark({ kind: 'gap', text: gapText(text), at: this.#heard() });
  }

  #producer(text) {
    this.#heard();
    const { upload, state, since } = JSON.parse(text);
    const others = this.#state.lost.filter((each) => each.upload !== upload);
    this.#set({ lost: state === 'lost' ? [...others, { upload, since }] : others });
  }

  #heartbeat() {
    this.#heard();
    if (!this.#state.silent) this.#set({ silent: true });
  }

  /** Anything that comes proves that the connection is alive. @return {number} the date */
  #heard() {
    const { clock } = this.#needs;
    this.#state.lastHeardAt = clock.now();
    return clock.date();
  }

  #failed() {
    if (this.#source.readyState !== CONNECTING) {
      this.#close();
      this.#diagnose(this.#generation);
      return;
    }
    this.#heard();
    this.#isLeftToSource = true;
    const attempt = this.#state.name === 'reconnecting' ? this.#state.attempt + 1 : 1;
    this.#lost({ attempt, retryAt: null, detail: 'The connection was lost.' });
  }

  #watchOver() {
    const { clock } = this.#needs;
    this.#watch = clock.after(WATCH_MS, () => this.#watchOver());
    const silence = clock.now() - this.#state.lastHeardAt;
    if (silence <= this.#patience()) {
      this.#suspect(silence);
      return;
    }
    // Without a single heartbeat, the server's own interval may be a longer one.
    if (this.#asked === null && !this.#state.silent) this.#interval = LONGEST_SECONDS;
    this.#reopen(`Nothing arrived for ${Math.round(silence / 1000)} seconds, not even a heartbeat.`);
  }

  /** A heartbeat is late: the test of the connection, which takes long, begins before it is given up. */
  #suspect(silence) {
    const { lastHeardAt, name } = this.#state;
    const late = Math.max(SUSPECT_MS, this.#interval * 1000 + LATE_MS);
    if (name !== 'open' || silence < late || this.#suspected === lastHeardAt) return;
    this.#suspected = lastHeardAt;
    this.#needs.dropDead(1);
  }

  /** The network is silent, so other connections to the server may be dead, too. */
  async #reopen(detail) {
    const generation = ++this.#generation;
    this.#close();
    this.#lost({ attempt: this.#state.name === 'reconnecting' ? this.#state.attempt : 0, retryAt: null, detail });
    await this.#needs.dropDead();
    if (generation === this.#generation) this.#connect();
  }

  #patience() {
    if (this.#state.name === 'open') return this.#interval * 1500;
    return this.#isLeftToSource ? PATIENCE_MS : ANSWER_MS;
  }

  /** The source gave up: find out whether the task ended, is gone, or can't be reached. */
  async #diagnose(generation) {
    const answer = await this.#ask();
    if (generation !== this.#generation) return;
    if (answer.end) this.#end(answer.end);
    else if (isGone(answer)) this.#final('gone', answer.detail);
    else if (answer.status === 400 && this.#asked !== null) this.#askForNoInterval();
    else if (isFinal(answer.status)) this.#final('refused', answer.detail);
    else this.#retry(answer.retryAfter, answer.detail);
  }

  /** The server's bounds for heartbeats may exclude what the page would like, which is 400. */
  #askForNoInterval() {
    this.#asked = null;
    this.#interval = USUAL_SECONDS;
    this.#connect();
  }

  async #ask() {
    try {
      const task = await this.#needs.snapshot();
      this.#noteHistory(task);
      const seenAll = this.#lastId === null || this.#lastId === task.lastEventId;
      if (task.status !== 'open' && seenAll) return { end: task.status };
      const answer = await this.#needs.probe(this.#url);
      return answer.status === 204 ? { end: task.status } : answer;
    } catch ({ status = 0, retryAfter = null, message, isProblem = false }) {
      return { status, retryAfter, detail: message, isProblem };
    }
  }

  #retry(wait, detail) {
    const { clock, random } = this.#needs;
    const attempt = this.#state.name === 'reconnecting' ? this.#state.attempt : 0;
    const base = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)];
    const ms = Math.max(wait ?? 0, base) + random() * base * 0.5;
    this.#lost({ attempt, retryAt: clock.now() + ms, detail });
    this.#timer = clock.after(ms, () => this.#connect());
  }

  #lost(change) {
    const { clock } = this.#needs;
    const { name, since, lostAt } = this.#state;
    const isNew = name !== 'reconnecting';
    const begin = { since: isNew ? clock.date() : since, lostAt: isNew ? clock.now() : lostAt };
    this.#set({ name: 'reconnecting', ...begin, ...change });
  }

  /** What was published while one was away is history when it comes: its arrival is not its time. */
  async #refreshHistory(generation) {
    this.#historyEnd = Infinity;
    const task = await this.#needs.snapshot().catch(() => null);
    if (generation !== this.#generation) return;
    this.#historyEnd = this.#lastSequence;
    if (task) this.#noteHistory(task);
  }

  #noteHistory(task) {
    const id = EVENT_ID.exec(task.lastEventId ?? '');
    if (id) this.#historyEnd = Number(id[2]);
  }

  #end(status) {
    this.#final('ended', null, status);
  }

  #final(name, detail, status = null) {
    this.#generation++;
    this.#close();
    this.#set({ name, since: this.#needs.clock.date(), retryAt: null, detail, status });
  }

  #set(change) {
    this.#state = { ...this.#state, ...change };
    this.#needs.onState(this.#state);
  }
}

/** A 404 that Taskstream did not give comes from a server that starts or stops, and has it not yet or no more. */
function isGone({ status, isProblem }) {
  return status === 404 && isProblem;
}

function isFinal(status) {
  return status >= 400 && status < 500 && ![404, 408, 425, 429].includes(status);
}

/** How the task ended if this is its last event, else null; the cheap look first, for this sees every event. */
function endOf(data) {
  if (!data.includes('"done"')) return null;
  try {
    const item = JSON.parse(data);
    return item?.type === 'done' ? (item.status ?? 'completed') : null;
  } catch {
    return null;
  }
}

function gapText(data) {
  try {
    const { reason, from, to } = JSON.parse(data);
    const span = from && to ? ` (from ${from} to ${to})` : '';
    if (reason === 'reset') return `the task’s log began anew; what follows is another log${span}`;
    return `events are no longer kept by the server${span}`;
  } catch {
    return data;
  }
}
