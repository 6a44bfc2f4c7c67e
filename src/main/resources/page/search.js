/**
 * Search in all lines, also those that are not on screen. No DOM.
 *
 * The search goes through the lines in slices of a few milliseconds, so that typing stays smooth with 200,000 of them,
 * and goes on through lines as they arrive. Upper and lower case count as the same.
 */

import { sequenceOf, Taken } from './lines.js';

function patternOf(query) {
  return query === '' ? null : new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
}

function offsetsIn(text, pattern) {
  const offsets = [];
  if (pattern === null) return offsets;
  pattern.lastIndex = 0;
  for (let found; (found = pattern.exec(text)) !== null;) offsets.push(found.index);
  return offsets;
}

/** Matches counted; past that the count is shown with a plus. */
export const MOST_MATCHES = 100_000;
const LINES_PER_LOOK_AT_THE_CLOCK = 500;

export class Search {
  #lines;
  #now;
  #query = '';
  #pattern = null;
  #next = 0;
  /** The lines as they were when they were looked at. */
  #taken = new Taken();
  /** Matches in order: the line's number and where in its text. */
  #numbers = [];
  #offsets = [];
  #current = -1;

  /** @param {Lines} lines @param {() => number} now milliseconds, for the length of a slice */
  constructor(lines, now = () => performance.now()) {
    this.#lines = lines;
    this.#now = now;
  }

  get query() {
    return this.#query;
  }

  get count() {
    return this.#numbers.length;
  }

  /** Whether there are more matches than are counted. */
  get full() {
    return this.count >= MOST_MATCHES;
  }

  /** Whether every line that is there has been looked at. */
  get finished() {
    return this.#pattern === null || this.full || (this.#next >= this.#lines.end && !this.#hasChanged());
  }

  /** Index of the match one is at, or -1. */
  get currentIndex() {
    return this.#current;
  }

  /** The match one is at, or null. */
  get current() {
    return this.#match(this.#current);
  }

  /** Begins a search; an empty query ends it. */
  start(query) {
    this.#query = query;
    this.#pattern = patternOf(query);
    this.#next = this.#lines.start;
    this.#taken.take(this.#lines);
    this.#numbers = [];
    this.#offsets = [];
    this.#current = -1;
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
    while (this.#numbers.at(-1) >= from) {
      this.#numbers.pop();
      this.#offsets.pop();
    }
    for (let number = from; number < until; number++) this.#lookAt(number);
    this.#next = until;
    this.#current = Math.min(this.#current, this.count - 1);
  }

  #lookAt(number) {
    for (const offset of this.offsetsIn(this.#lines.line(number).text)) {
      this.#numbers.push(number);
      this.#offsets.push(offset);
    }
  }

  /** Where the query is in a text. */
  offsetsIn(text) {
    return offsetsIn(text, this.#pattern);
  }

  /** Forgets matches in lines that were cut off. */
  dropBefore(start) {
    const kept = this.#numbers.findIndex((number) => number >= start);
    const many = kept === -1 ? this.#numbers.length : kept;
    this.#numbers.splice(0, many);
    this.#offsets.splice(0, many);
    this.#current = Math.max(-1, this.#current - many);
  }

  /**
   * Goes to the next match (or the one before, for -1), round and round; from nowhere, to the first at or after a line.
   * @return {?{line: number, offset: number}} null when there is none
   */
  step(direction, fromLine) {
    if (this.count === 0) return null;
    if (this.#current === -1) this.#current = this.#firstFrom(fromLine, direction);
    else this.#current = (this.#current + direction + this.count) % this.count;
    return this.current;
  }

  #firstFrom(line, direction) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#numbers[middle] >= line) high = middle;
      else low = middle + 1;
    }
    return (direction > 0 ? low : low - 1 + this.count) % this.count;
  }

  #match(index) {
    return index < 0 || index >= this.count ? null : { line: this.#numbers[index], offset: this.#offsets[index] };
  }
}

/** Hits that are asked for at once, and in all. */
const MOST_HITS = 1000;
const MOST_HITS_IN_ALL = 20_000;

/** The search of the server in a log of which only a part is held: from the reader to the end, and then from the beginning. */
export class LogSearch {
  #ask;
  #lines;
  #pattern = null;
  /** As they are found; `nth` counts those in one event and column. */
  #hits = [];
  #stop = new AbortController();
  query = '';
  finished = true;
  currentIndex = -1;
  /** Where the match that one is at is in the lines. @type {?{line: number, offset: number}} */
  current = null;

  /** @param {Lines} lines @param {Function} ask gives the answer of `/search` to a query and a signal */
  constructor(lines, ask) {
    this.#lines = lines;
    this.#ask = ask;
  }

  get count() {
    return this.#hits.length;
  }

  get full() {
    return this.count >= MOST_HITS_IN_ALL;
  }

  offsetsIn(text) {
    return offsetsIn(text, this.#pattern);
  }

  stop() {
    this.#stop.abort();
  }

  /** Searches from the event with a sequence on. @param {() => void} changed called after each step */
  async start(query, origin, changed) {
    this.stop();
    const { signal } = (this.#stop = new AbortController());
    this.query = query;
    this.#pattern = patternOf(query);
    this.#hits = [];
    this.currentIndex = -1;
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

  #found({ sequence, column, length }) {
    const before = this.#hits.at(-1);
    const nth = before?.sequence === sequence && before.column === column ? before.nth + 1 : 0;
    this.#hits.push({ sequence, column, length, nth });
  }

  /** Goes to the next match (or the one before, for -1), round and round. */
  step(direction) {
    if (this.count === 0) return null;
    this.currentIndex = this.currentIndex < 0 ? 0 : (this.currentIndex + direction + this.count) % this.count;
    return this.#hits[this.currentIndex];
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
