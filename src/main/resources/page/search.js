/**
 * Search in all lines, also those that are not on screen. No DOM.
 *
 * The search goes through the lines in slices of a few milliseconds, so that typing stays smooth with 200,000 of them,
 * and goes on through lines as they arrive. Upper and lower case count as the same.
 */

import { Taken } from './lines.js';

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

  /** @param {import('./lines.js').Lines} lines @param {() => number} now milliseconds, for the length of a slice */
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
    this.#pattern = query === '' ? null : new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
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
    const offsets = [];
    if (this.#pattern === null) return offsets;
    this.#pattern.lastIndex = 0;
    for (let found; (found = this.#pattern.exec(text)) !== null;) offsets.push(found.index);
    return offsets;
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
