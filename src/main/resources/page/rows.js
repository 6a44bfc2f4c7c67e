/**
 * Which row of the screen belongs to which line, where lines have different numbers of rows. No DOM.
 *
 * The rows' ends are kept as running sums: finding the line at a row is a binary search, and what changes in the middle (a
 * line that is opened) or everywhere (another width) costs one pass over numbers: a millisecond for 200,000 lines.
 */

import { firstIndex } from './ordered.js';

export class Rows {
  /** #ends[i] is one past the last row of line i, counted from the first row that ever was. */
  #ends = [];
  /** Rows of lines that were dropped. */
  #gone = 0;

  get lines() {
    return this.#ends.length;
  }

  get total() {
    return this.rowOf(this.lines);
  }

  push(rows) {
    this.#ends.push((this.#ends.at(-1) ?? this.#gone) + rows);
  }

  truncate(lines) {
    this.#ends.length = Math.min(lines, this.lines);
  }

  /** Forgets the first lines. @return {number} how many rows they had */
  dropFirst(lines) {
    const before = this.#gone;
    this.#gone = this.#ends.splice(0, lines).at(-1) ?? before;
    return this.#gone - before;
  }

  /** Gives line `index` (0 is the first that is kept) another number of rows. */
  set(index, rows) {
    const difference = rows - this.rowsOf(index);
    for (let at = index; at < this.lines; at++) this.#ends[at] += difference;
  }

  rowsOf(index) {
    return this.rowOf(index + 1) - this.rowOf(index);
  }

  /** The first row of line `index`. */
  rowOf(index) {
    return index === 0 ? 0 : this.#ends[index - 1] - this.#gone;
  }

  /** The line that has this row; the last line for a row past the end. */
  lineAt(row) {
    return firstIndex(0, this.lines - 1, (index) => this.#ends[index] > row + this.#gone);
  }

  clear() {
    this.#ends = [];
    this.#gone = 0;
  }
}
