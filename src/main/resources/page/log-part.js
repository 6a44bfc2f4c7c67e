/**
 * Which part of the log is held as lines: the end, which grows live, or an earlier one that the reader went to. No DOM.
 *
 * Going up, the lines are made anew from an earlier event on, without those far below the screen; going down, lines are
 * added and the first cut off. What comes live meanwhile is counted. A part begins plain: the style that text before it has
 * set is not known.
 */

import { epochOf, sequenceOf } from './lines.js';

const MOST_AT_ONCE = 5000;
/** With fewer rows before or behind the screen, more is asked for. */
const MOST_NEAR = 500;
const AGAIN_MS = 3000;
/** A part elsewhere has places of its own. */
const FAR = 1e6;

export class LogPart {
  #lines;
  #needs;
  /** The place of the first line. */
  #begin = 0;
  #first = null;
  #epoch = null;
  /** The first event behind the part. */
  #next = 0;
  #last = 0;
  #seen = 0;
  #turn = 0;
  #stop = new AbortController();
  /** The sequence of the first event that the server keeps. */
  oldest = 1;
  isBusy = false;
  /** Whether what comes is added. */
  isLive = true;

  /**
   * @param {Object} needs `read(from, until, signal)` gives events, `place({line, from})` the answer of `/lines`; `feed`; `screen()`
   *     the top and bottom lines; `isFollowing()`; `renew(change)` shows changed lines; `reveal(line)`; `changed()`; `tell(message)`
   */
  constructor(lines, needs) {
    this.#lines = lines;
    this.#needs = needs;
  }

  /** Begins, with all if the log is short, or not at the end. @return {?string} what the stream begins `from` */
  start(task, isElsewhere) {
    this.update(task);
    this.#seen = this.#last;
    if (task.events <= this.#lines.mostLines) return null;
    this.isLive = !isElsewhere;
    return isElsewhere ? '-1' : `-${this.#step}`;
  }

  update({ lastEventId, events }) {
    if (!lastEventId) return;
    this.#last = Math.max(this.#last, sequenceOf(lastEventId));
    this.oldest = sequenceOf(lastEventId) - events + 1;
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

  get hasEarlier() {
    return this.first > this.oldest;
  }

  get isWhole() {
    return this.isLive && !this.hasEarlier;
  }

  /** Events that came since one followed the end. */
  get unseen() {
    return this.#last - this.#seen;
  }

  followed() {
    // History is not new, though it may come later.
    this.#seen = Math.max(this.#seen, this.#last);
  }

  /** An event came live. */
  event(event) {
    const sequence = sequenceOf(event.id);
    const epoch = epochOf(event.id);
    // Another log began, perhaps without its first events: nothing of it is above.
    if (epoch !== (this.#epoch ?? epoch)) {
      this.#first = this.#next = this.oldest = sequence;
      this.#seen = sequence - 1;
      this.#begin = this.#lines.start;
      if (!this.isLive) this.#needs.feed.add({ kind: 'gap', text: 'what follows is another log', at: event.at });
    }
    this.#epoch = epoch;
    this.#last = sequence;
    const isFollowing = this.#needs.isFollowing();
    if (isFollowing) this.followed();
    // Nothing is cut off under a reader who has gone up.
    if (this.#lines.size >= this.#lines.mostLines && !isFollowing) this.isLive = false;
    if (!this.isLive || sequence < this.#next) return;
    this.#add([event]);
    if (this.#first !== null) return;
    this.#first = sequence;
    this.#number();
  }

  mark(mark) {
    if (this.isLive) this.#needs.feed.add(mark);
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
    const from = this.first - this.#step;
    const bottom = this.#needs.screen().bottom + 2 * this.#near;
    const until = lines.line(bottom)?.sequence ?? this.#next - 1;
    return this.#ask(from, until, (entries) => {
      // The reader may have gone on.
      const { top } = this.#needs.screen();
      const sequence = lines.line(top)?.sequence ?? until;
      if (sequence > until) return;
      const nth = top - lines.ofEvent(sequence);
      this.#take(entries, () => lines.start + top - lines.ofEvent(sequence) - nth);
    });
  }

  #down() {
    return this.#ask(this.#next, this.#next + this.#step - 1, (entries) => this.#add(entries));
  }

  #add(events) {
    for (const event of events) {
      const sequence = sequenceOf(event.id);
      if (sequence < this.#next) continue;
      // Of live events the connection has said it.
      if (sequence > this.#next && !this.isLive)
        this.#needs.feed.add({ kind: 'gap', text: 'events are no longer kept by the server', at: event.at });
      this.#needs.feed.add(event);
      this.#next = sequence + 1;
    }
    this.isLive = this.#next > this.#last;
  }

  /** Holds another part. @param {() => number} start where its first line is to be */
  #take(events, start) {
    const lines = this.#lines;
    this.#needs.renew(() => {
      this.#needs.feed.clear();
      lines.beginAnew();
      events.forEach((event) => lines.addEvent(event));
      const cut = lines.settle();
      lines.moveTo(start());
      this.#begin = lines.start - cut;
      this.#first = sequenceOf(events[0].id);
      this.#next = sequenceOf(events.at(-1).id) + 1;
      this.isLive = this.#next > this.#last;
    });
    this.#number();
  }

  /** Asks for events, as far as there are any. @return {Promise<boolean>} whether it got them, as all below */
  async #ask(from, until, use) {
    const turn = ++this.#turn;
    this.#stop.abort();
    this.#stop = new AbortController();
    this.isBusy = true;
    this.#needs.changed();
    const begin = Math.max(this.oldest, from);
    const end = Math.min(this.#last, until);
    const done = () => {
      if (turn !== this.#turn) return;
      this.isBusy = false;
      this.#needs.changed();
    };
    try {
      const events = await this.#needs.read(begin, end, this.#stop.signal);
      if (turn !== this.#turn) return false;
      if (events.length === 0) throw new Error('The server no longer keeps these events.');
      // What is no longer kept is not asked for again.
      if (sequenceOf(events[0].id) > begin) this.oldest = sequenceOf(events[0].id);
      use(events);
      done();
      return true;
    } catch (error) {
      if (turn === this.#turn) this.#needs.tell(error.message);
      setTimeout(done, AGAIN_MS);
      return false;
    }
  }

  /** Numbers the lines, if nothing is missing before them. */
  async #number() {
    const { generation } = this.#lines;
    if (this.#first === 1 || this.oldest > 1) return;
    const place = await this.#needs.place({ from: this.#first }).catch(() => null);
    if (generation !== this.#lines.generation || !place || place.missing > 0) return;
    this.#lines.setBase(place.line, place.begun);
    this.#needs.changed();
  }

  #hold(from, until) {
    const far = this.#lines.end + FAR;
    return this.#ask(from, until, (events) => this.#take(events, () => far));
  }

  async toStart() {
    if (!this.hasEarlier || (await this.#hold(this.oldest, this.oldest + this.#step)))
      this.#needs.reveal(this.#lines.start);
  }

  async toEnd() {
    let isThere = await this.#hold(this.#last - this.#step, this.#last);
    while (isThere && !this.isLive) isThere = await this.#down();
    return isThere;
  }

  /** Holds an event and what is around it. */
  async toEvent(sequence) {
    const newest = this.#lines.line(this.#lines.end - 1)?.sequence ?? 0;
    const end = this.#needs.feed.isEmpty ? this.#next : newest;
    if (sequence >= this.first && sequence < end) return true;
    const half = Math.ceil(this.#step / 2);
    return this.#hold(sequence - half, sequence + half);
  }

  /** Goes to the line with a number, from 1; to the last one if there are fewer. */
  async toLine(number) {
    const lines = this.#lines;
    const turn = this.#turn;
    const place = await this.#needs.place({ line: number }).catch((error) => this.#needs.tell(error.message));
    if (!place || turn !== this.#turn) return;
    if (place.missing > 0) return this.#needs.tell('The lines have no numbers: the first ones are no longer kept.');
    const sequence = Math.min(this.#last, sequenceOf(place.id));
    if (!(await this.toEvent(sequence))) return;
    const line = lines.behind(lines.ofEvent(sequence), number - place.line - (place.begun ? 1 : 0));
    this.#needs.reveal(Math.min(line, lines.end - 1));
  }
}
