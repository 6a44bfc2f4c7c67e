/** The columns before a line, numbers and times, and the lines that the page's address points at. */

import { serverNow } from './api.js';
import { replaceAddress } from './dom.js';
import { clockMillis, duration, elapsed, millis, took } from './format.js';
import { extended, rangeOf, taskAddress } from './line-range.js';
import { isOn, remember, rememberOn, setting } from './settings.js';

/** Times are shown so, one after the other. */
const TIMES = ['off', 'on', 'elapsed'];
/** A longer time between two lines is shown. */
const LONG_MS = 10_000;
/** More than are on a screen. */
const LINES_BELOW = 200;

export class Columns {
  #id;
  #parts;
  #target;
  /** Whether the target is still to be shown. */
  #isAwaited;
  showTimes = setting('times', 'off');
  showNumbers;

  /**
   * @param {string} id the task's
   * @param {URLSearchParams} query of the address
   * @param {Object} parts lines, output, times; `created()` is when the task was
   */
  constructor(id, query, parts) {
    this.#id = id;
    this.#target = rangeOf(query.get('line'));
    this.#isAwaited = this.#target !== null;
    this.#parts = parts;
    this.showNumbers = isOn('numbers', !parts.isPhone);
  }

  toggleTimes() {
    this.showTimes = TIMES[(TIMES.indexOf(this.showTimes) + 1) % TIMES.length];
    remember('times', this.showTimes);
    this.show();
  }

  toggleNumbers() {
    this.showNumbers = !this.showNumbers;
    rememberOn('numbers', this.showNumbers);
    this.show();
  }

  show() {
    const numbers = {
      address: (number) => taskAddress(this.#id, { from: number, to: number }),
      choose: (number, extend) => this.#choose(number, extend),
    };
    this.#parts.output.look({
      numbers: this.showNumbers ? numbers : null,
      time: this.showTimes !== 'off' ? (line) => this.timeOf(line) : null,
      numberOf: (place) => this.#numberOf(place),
      target: this.#target,
      tookOf: (group) => this.#tookOf(group),
      pauseBefore: (number) => this.#pauseBefore(number),
    });
  }

  /** From 0; null if it is not known. */
  #numberOf(place) {
    const number = this.#parts.lines.numberOf(place);
    return number === null ? null : number - 1;
  }

  /** The number of the first line that the address points at, from 1; null if there is none. */
  get targetNumber() {
    return this.#target && this.#target.from + 1;
  }

  /** The target is shown otherwise. */
  forgetTarget() {
    this.#isAwaited = false;
  }

  /** Live events: when they arrived. History: when it happened, if the server says so. */
  timeOf(line) {
    const known = line.replayed && line.id ? this.#parts.times.of(line.id) : null;
    const at = known ?? line.at;
    const text = this.showTimes === 'elapsed' ? elapsed(at - millis(this.#parts.created())) : clockMillis(at);
    return { at, exact: known !== null || !line.replayed, text };
  }

  /** Unless the log says when a group began and ended, these are the times of its lines. */
  #tookOf({ opening, closing, seconds }) {
    const began = seconds.began === null ? this.#exactTimeOf(opening) : seconds.began * 1000;
    if (began === null) return null;
    if (closing === null) return { text: took(serverNow() - began), since: began };
    const ended = seconds.ended === null ? this.#exactTimeOf(closing) : seconds.ended * 1000;
    return ended === null ? null : { text: took(ended - began), since: null };
  }

  /** How long nothing came before a line, where that is long; of the history only while times are shown. */
  #pauseBefore(number) {
    const both = [this.#parts.lines.line(number - 1), this.#parts.lines.line(number)];
    if (both.some((line) => !line || (line.replayed && this.showTimes === 'off'))) return null;
    const [before, at] = both.map((line) => this.#exactTimeOf(line));
    return before !== null && at !== null && at - before >= LONG_MS ? duration(at - before) : null;
  }

  /** In milliseconds; null where it is not known, in which case it is asked for. */
  #exactTimeOf(line) {
    const { at, exact } = this.timeOf(line);
    return exact ? at : null;
  }

  /** What copies put before a line. @return {(line: Line) => string} */
  get prefix() {
    return this.showTimes === 'off' ? () => '' : (line) => `${this.timeOf(line).text}  `;
  }

  /**
   * Goes to the lines that the address points at, once they and some below are there, or the history is.
   * @param {boolean} isCaughtUp whether the history is
   */
  showTarget(isCaughtUp) {
    if (!this.#isAwaited) return;
    const { from, to } = this.#target;
    const lines = this.#parts.lines;
    const last = lines.size > 0 ? this.#numberOf(lines.end - 1) : null;
    const isThere = last !== null && (last > to + LINES_BELOW || (isCaughtUp && last >= from));
    if (!isThere && !(isCaughtUp && last === null)) return;
    this.#isAwaited = false;
    if (last === null) return;
    // The lines are drawn in the next frame.
    const place = lines.behind(lines.start, from - this.#numberOf(lines.start));
    requestAnimationFrame(() => this.#parts.output.reveal({ line: place, offset: 0 }));
  }

  #choose(number, extend) {
    this.#target = extended(extend ? this.#target : null, number);
    this.#parts.output.look({ target: this.#target });
    replaceAddress(taskAddress(this.#id, this.#target));
  }
}
