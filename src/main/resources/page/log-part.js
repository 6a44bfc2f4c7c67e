/**
 * Which part of the log is held as lines: the end, which grows live, or an earlier one that the reader went to. No DOM.
 *
 * Sequences count without holes, so any part can be asked for. Going up, the lines are made anew from an earlier event on,
 * without those far below the screen; going down, lines are added, and the first ones are cut off. What comes live
 * meanwhile is only counted. Where a part begins within the log, the style that text before it has set is not known: it
 * begins plain.
 */

import { sequenceOf } from './lines.js';

/** Events that are asked for at once. */
const MOST_AT_ONCE = 5000;
/** So many rows before the first one that is held, or the last one, more is asked for. */
const MOST_NEAR = 500;
const AGAIN_MS = 3000;
/** Places of a part elsewhere are none that are remembered. */
const FAR = 1e6;

/**
 * @typedef {Object} Needs
 * @property {(from: number, until: number, signal: AbortSignal) => Promise<Object[]>} read events, and marks where some are missing
 * @property {(query: {line: ?number, from: ?number}, signal: AbortSignal) => Promise<Object>} place as `GET /lines` answers
 * @property {import('./feed.js').Feed} feed puts what comes into the lines
 * @property {() => {top: number, bottom: number}} screen the lines that are on it
 * @property {() => boolean} isFollowing
 * @property {(change: () => void) => void} renew has the lines changed, and shows them
 * @property {(number: number) => void} reveal shows a line
 * @property {() => void} changed something about the part is known
 * @property {(message: string) => void} tell says why something can't be shown
 */

export class LogPart {
  #lines;
  #needs;
  /** Where the lines began. */
  #begin = 0;
  #first = null;
  /** The first event behind the part. */
  #next = 0;
  #last = 0;
  #oldest = 1;
  #epoch = null;
  #seen = 0;
  #turn = 0;
  #stop = new AbortController();
  isBusy = false;
  /** Whether what comes is added. */
  isLive = true;
  /** Whether another part was held since the reader followed the end. */
  wasElsewhere = false;

  /** @param {import('./lines.js').Lines} lines @param {Needs} needs */
  constructor(lines, needs) {
    this.#lines = lines;
    this.#needs = needs;
  }

  /**
   * Begins, with all if the log is short.
   * @param {Object} task its snapshot
   * @param {boolean} isElsewhere whether the end is not to be shown
   * @return {?string} what the stream begins `from`
   */
  start(task, isElsewhere) {
    this.update(task);
    if (task.events <= this.#lines.mostLines) return null;
    this.isLive = !isElsewhere;
    return isElsewhere ? '-1' : `-${this.#step}`;
  }

  /** There is a newer snapshot of the task. */
  update({ lastEventId, events }) {
    if (lastEventId) this.#oldest = sequenceOf(lastEventId) - events + 1;
    if (!this.#last && lastEventId) this.#last = sequenceOf(lastEventId);
  }

  stop() {
    this.#turn++;
    this.#stop.abort();
  }

  /** The sequence of the first event that is held. */
  get first() {
    const { start } = this.#lines;
    return start > this.#begin ? this.#lines.line(start).sequence : (this.#first ?? 1);
  }

  /** Whether there is more before the part. */
  get hasEarlier() {
    return this.first > this.#oldest;
  }

  get oldest() {
    return this.#oldest;
  }

  get isWhole() {
    return this.isLive && !this.hasEarlier;
  }

  /** How many events came since the reader followed the end. */
  get unseen() {
    return this.#last - this.#seen;
  }

  followed() {
    this.#seen = this.#last;
    this.wasElsewhere = false;
  }

  /** An event came live. */
  event(event) {
    const sequence = sequenceOf(event.id);
    const epoch = event.id.slice(0, event.id.lastIndexOf('-'));
    if (this.#epoch !== null && this.#epoch !== epoch) {
      // Of another log nothing is above.
      this.#first = this.#next = this.#oldest = 1;
      this.#begin = this.#lines.start;
    }
    this.#epoch = epoch;
    this.#last = sequence;
    const isFull = this.#lines.size >= this.#lines.mostLines && !this.#needs.isFollowing();
    if (isFull) this.#leave();
    if (!this.isLive || sequence < this.#next) return;
    if (this.#first === null) {
      this.#first = sequence;
      this.#number(this.#turn);
    }
    this.#next = sequence + 1;
    this.#needs.feed.event(event);
  }

  mark(mark) {
    if (this.isLive) this.#needs.feed.mark(mark);
  }

  /** Nothing is cut off under a reader who has gone up. */
  #leave() {
    this.isLive = false;
    this.wasElsewhere = true;
  }

  /** So many rows are above the screen and below it. */
  near(above, below) {
    if (this.isBusy || !this.#next || this.#needs.isFollowing() || !this.#needs.feed.isEmpty) return;
    if (above < this.#near && this.hasEarlier) this.#up();
    else if (below < this.#near && !this.isLive) this.#down();
  }

  get #near() {
    return Math.min(MOST_NEAR, this.#lines.mostLines >> 3);
  }

  /** As many events as make about a quarter of the lines that may be held. */
  get #step() {
    const events = Math.max(1, this.#next - this.first);
    const most = (this.#lines.mostLines / 4) * Math.min(1, events / Math.max(1, this.#lines.size));
    return Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(most)));
  }

  #up() {
    const lines = this.#lines;
    const from = Math.max(this.#oldest, this.first - this.#step);
    const bottom = Math.min(lines.end - 1, this.#needs.screen().bottom + 2 * this.#near);
    const until = Math.min(this.#last, lines.line(bottom)?.sequence ?? this.#last);
    return this.#ask(from, until, (entries) => {
      // The reader may have gone on.
      const { top } = this.#needs.screen();
      const { sequence } = lines.line(top) ?? { sequence: until };
      if (sequence > until) return;
      const nth = top - lines.ofEvent(sequence);
      this.#needs.renew(() => {
        this.#take(from, entries);
        this.#moveTo(lines.start + top - (lines.ofEvent(sequence) + nth));
      });
    });
  }

  #down() {
    return this.#ask(this.#next, Math.min(this.#last, this.#next + this.#step - 1), (entries) => this.#add(entries));
  }

  /** Adds what follows. */
  #add(entries) {
    for (const entry of entries) {
      if (entry.kind) this.#needs.feed.mark(entry);
      else if (sequenceOf(entry.id) >= this.#next) {
        this.#needs.feed.event(entry);
        this.#next = sequenceOf(entry.id) + 1;
      }
    }
    this.isLive = this.#next > this.#last;
  }

  /** Holds another part. */
  #take(from, entries) {
    const lines = this.#lines;
    this.#needs.feed.clear();
    lines.beginAnew();
    for (const entry of entries) {
      if (entry.kind) lines.addMark(entry);
      else lines.addEvent(entry);
    }
    const cut = lines.settle();
    this.#begin = lines.start - cut;
    const ids = entries.filter(({ id }) => id);
    this.#first = ids.length > 0 ? sequenceOf(ids[0].id) : from;
    // What is no longer kept is not asked for again.
    if (this.#first > from) this.#oldest = Math.max(this.#oldest, this.#first);
    this.#next = ids.length > 0 ? sequenceOf(ids.at(-1).id) + 1 : from;
    this.isLive = this.#next > this.#last;
    this.wasElsewhere = true;
    this.#number(this.#turn);
  }

  #moveTo(start) {
    this.#begin += start - this.#lines.start;
    this.#lines.moveTo(start);
  }

  async #ask(from, until, use) {
    const turn = ++this.#turn;
    this.#stop.abort();
    this.#stop = new AbortController();
    this.isBusy = true;
    this.#needs.changed();
    try {
      const entries = await this.#needs.read(from, until, this.#stop.signal);
      if (turn !== this.#turn) return false;
      use(entries);
      this.isBusy = false;
      this.#needs.changed();
      return true;
    } catch (error) {
      if (turn === this.#turn) this.#failed(error, turn);
      return false;
    }
  }

  #failed(error, turn) {
    this.#needs.tell(error.message);
    setTimeout(() => {
      if (turn !== this.#turn) return;
      this.isBusy = false;
      this.#needs.changed();
    }, AGAIN_MS);
  }

  /** Numbers the lines, if nothing is missing before them. */
  async #number(turn) {
    if (this.#first === 1 || this.#oldest > 1) return;
    const place = await this.#needs.place({ from: this.#first }, this.#stop.signal).catch(() => null);
    if (turn !== this.#turn || !place || place.missing > 0) return;
    this.#lines.setBase(place.line, place.begun);
    this.#needs.changed();
  }

  /** Holds a part elsewhere. */
  #hold(from, until) {
    return this.#ask(from, until, (entries) => {
      const far = this.#lines.end + FAR;
      this.#needs.renew(() => {
        this.#take(from, entries);
        this.#moveTo(far);
      });
    });
  }

  /** Goes to the first line that is kept. */
  async toStart() {
    if (this.hasEarlier && !(await this.#hold(this.#oldest, this.#oldest + this.#step))) return;
    this.#needs.reveal(this.#lines.start);
  }

  /** Holds the end. @return {Promise<boolean>} whether it does */
  async toEnd() {
    const isThere = await this.#hold(Math.max(this.#oldest, this.#last - this.#step), this.#last);
    while (isThere && !this.isLive) if (!(await this.#down())) return false;
    return isThere;
  }

  /** Holds an event and what is around it. @return {Promise<boolean>} whether it does */
  async toEvent(sequence) {
    if (sequence >= this.first && sequence < this.#next && this.#needs.feed.isEmpty) return true;
    const half = Math.ceil(this.#step / 2);
    return this.#hold(Math.max(this.#oldest, sequence - half), Math.min(this.#last, sequence + half));
  }

  /** Goes to the line with a number, from 1; the last one if there are fewer. */
  async toLine(number) {
    const lines = this.#lines;
    let line;
    if (this.#isHeld(number)) line = lines.withNumber(number);
    else {
      const { signal } = this.#stop;
      const place = await this.#needs.place({ line: number }, signal).catch((error) => this.#needs.tell(error.message));
      if (!place || signal.aborted) return;
      if (place.missing > 0) return this.#needs.tell('The lines have no numbers: the first ones are no longer kept.');
      const sequence = sequenceOf(place.id);
      if (!(await this.toEvent(Math.min(this.#last, sequence)))) return;
      line = lines.behind(lines.ofEvent(sequence), number - place.line - (place.begun ? 1 : 0));
    }
    this.#needs.reveal(Math.min(line, lines.end - 1));
  }

  #isHeld(number) {
    const lines = this.#lines;
    const first = lines.numberOf(lines.start);
    const isBefore = first !== null && number >= first;
    return isBefore && (this.isLive || number <= lines.numberOf(lines.end - 1));
  }
}
