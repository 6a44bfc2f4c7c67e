/**
 * Search in all lines, also those that are not on screen. No DOM.
 *
 * The search goes through the lines in slices of a few milliseconds, so that typing stays smooth with 200,000 of them,
 * and goes on through lines as they arrive. Upper and lower case count as the same.
 */

import { sequenceOf, Taken } from './lines.js';
import { firstIndex } from './ordered.js';

/** The matches of a query, in order, and which of them one is at. */
class Matches {
  #most;
  #pattern = null;
  query = '';
  matches = [];
  /** -1 for none. */
  currentIndex = -1;

  /** @param {number} most matches that are counted; past that the count is shown with a plus */
  constructor(most) {
    this.#most = most;
  }

  begin(query) {
    this.query = query;
    this.#pattern = query === '' ? null : new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
    this.matches = [];
    this.currentIndex = -1;
  }

  get count() {
    return this.matches.length;
  }

  /** Whether there are more matches than are counted. */
  get full() {
    return this.count >= this.#most;
  }

  offsetsIn(text) {
    const offsets = [];
    if (this.#pattern === null) return offsets;
    this.#pattern.lastIndex = 0;
    for (let found; (found = this.#pattern.exec(text)) !== null;) offsets.push(found.index);
    return offsets;
  }

  /** Goes to the next match (or the one before, for -1), round and round; from nowhere, to the first of them. */
  move(direction, first) {
    if (this.count === 0) return null;
    this.currentIndex = this.currentIndex < 0 ? first : (this.currentIndex + direction + this.count) % this.count;
    return this.matches[this.currentIndex];
  }
}

const LINES_PER_LOOK_AT_THE_CLOCK = 500;

/** The search in the lines that are held. A match is the number of a line and where in its text: `{line, offset}`. */
export class Search extends Matches {
  #lines;
  #now;
  #next = 0;
  /** The lines as they were when they were looked at. */
  #taken = new Taken();

  /** @param {Lines} lines @param {() => number} now milliseconds, for the length of a slice */
  constructor(lines, now = () => performance.now()) {
    super(100_000);
    this.#lines = lines;
    this.#now = now;
  }

  /** Whether every line that is there has been looked at. */
  get finished() {
    return this.query === '' || this.full || (this.#next >= this.#lines.end && !this.#hasChanged());
  }

  get current() {
    return this.matches[this.currentIndex] ?? null;
  }

  /** Begins a search; an empty query ends it. */
  start(query) {
    this.begin(query);
    this.#next = this.#lines.start;
    this.#taken.take(this.#lines);
  }

  /** Looks at lines for about so many milliseconds. */
  advance(budget = 8) {
    if (this.finished) return;
    const until = this.#now() + budget;
    if (this.#hasChanged()) this.#lookAgain();
    this.#taken.take(this.#lines);
    this.#next = Math.max(this.#next, this.#lines.start);
    while (!this.finished) {
      const stop = Math.min(this.#lines.end, this.#next + LINES_PER_LOOK_AT_THE_CLOCK);
      for (; this.#next < stop && !this.full; this.#next++) this.#lookAt(this.#next);
      if (this.#now() >= until) return;
    }
  }

  #hasChanged() {
    return this.#taken.next(this.#lines) < this.#next;
  }

  /** The matches before the place where lines changed keep their indices, so that one stays at the match that one is at. */
  #lookAgain() {
    const from = this.#taken.next(this.#lines);
    const until = Math.min(this.#next, this.#lines.end);
    while (this.matches.at(-1)?.line >= from) this.matches.pop();
    for (let number = from; number < until; number++) this.#lookAt(number);
    this.#next = until;
    this.currentIndex = Math.min(this.currentIndex, this.count - 1);
  }

  #lookAt(line) {
    for (const offset of this.offsetsIn(this.#lines.line(line).text)) this.matches.push({ line, offset });
  }

  /** Forgets matches in lines that were cut off. */
  dropBefore(start) {
    const many = this.#firstFrom(start);
    this.matches.splice(0, many);
    this.currentIndex = Math.max(-1, this.currentIndex - many);
  }

  /** As {@link Matches.move}; from nowhere, to the first match at or after a line, or for -1 the one before that. */
  step(direction, fromLine) {
    const first = this.#firstFrom(fromLine);
    return this.move(direction, (direction > 0 ? first : first - 1 + this.count) % this.count);
  }

  #firstFrom(line) {
    return firstIndex(0, this.count, (index) => this.matches[index].line >= line);
  }
}

const MOST_HITS = 1000;

/** The search of the server in a log of which only a part is held: from the reader to the end, and then from the beginning. */
export class LogSearch extends Matches {
  #ask;
  #lines;
  #stop = new AbortController();
  finished = true;
  /** Where the match that one is at is in the lines. @type {?{line: number, offset: number}} */
  current = null;

  /** @param {Lines} lines @param {Function} ask gives the answer of `/search` to a query and a signal */
  constructor(lines, ask) {
    super(20_000);
    this.#lines = lines;
    this.#ask = ask;
  }

  stop() {
    this.#stop.abort();
  }

  /** Searches from the event with a sequence on. @param {() => void} changed called after each step */
  async start(query, origin, changed) {
    this.stop();
    const { signal } = (this.#stop = new AbortController());
    this.begin(query);
    this.current = null;
    this.finished = false;
    const search = async (from, end) => {
      for (let after = null; !this.full;) {
        const page = await this.#ask({ q: query, from, after, limit: MOST_HITS }, signal);
        signal.throwIfAborted();
        const hits = page.hits.map((hit) => ({ ...hit, sequence: sequenceOf(hit.id) }));
        hits.filter(({ sequence }) => sequence < end).forEach((hit) => this.#found(hit));
        after = page.next;
        if (after === null || sequenceOf(after.slice(0, after.indexOf('.'))) >= end) return;
        changed();
      }
    };
    try {
      await search(origin, Infinity);
      await search(1, origin);
      this.finished = true;
      changed();
    } catch {
      // What was found remains; the count shows that it is not all.
    }
  }

  /** As it is found; `nth` counts those in one event and column. */
  #found({ sequence, column, length }) {
    const before = this.matches.at(-1);
    const nth = before?.sequence === sequence && before.column === column ? before.nth + 1 : 0;
    this.matches.push({ sequence, column, length, nth });
  }

  step(direction) {
    return this.move(direction, 0);
  }

  /** Where a match is in the lines, which have its event by now. */
  place({ sequence, column, length, nth }) {
    const lines = this.#lines;
    const end = lines.ofEvent(sequence + 1);
    let line = Math.max(lines.start, Math.min(lines.ofEvent(sequence), end - 1));
    // The text of an event may go on in a line that began before.
    const before = lines.line(line - 1);
    if (before?.data?.length > 1 && before.sequence + before.data.length > sequence) line--;
    const places = [];
    for (; line < end; line++)
      for (const offset of this.offsetsIn(lines.line(line).text)) places.push({ line, offset, length });
    const exact = places.filter(({ offset }) => offset === column);
    this.current = exact[nth] ?? places[0] ?? { line: Math.max(lines.start, end - 1), offset: 0 };
    return this.current;
  }
}
