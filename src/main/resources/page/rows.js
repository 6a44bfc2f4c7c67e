/**
 * Which row of the screen belongs to which line, where lines have different numbers of rows. No DOM.
 *
 * The rows' ends are kept as running sums: appending is constant, finding the line at a row is a binary search, and
 * what changes in the middle (a line that is opened) or everywhere (another width) costs one pass over numbers: a
 * millisecond for 200,000 lines.
 */
import { firstIndex } from './ordered.js';

export class Rows {
  /** #ends[i] is one past the last row of line i, counted from the first row that ever was. */
  #ends = new Float64Array(4096);
  #head = 0;
  #tail = 0;
  #gone = 0;

  /** How many lines there are. */
  get lines() {
    return this.#tail - this.#head;
  }

  /** How many rows they have together. */
  get total() {
    return this.#tail === this.#head ? 0 : this.#ends[this.#tail - 1] - this.#gone;
  }

  /** Appends a line of so many rows. */
  push(rows) {
    if (this.#tail === this.#ends.length) this.#grow();
    const before = this.#tail === this.#head ? this.#gone : this.#ends[this.#tail - 1];
    this.#ends[this.#tail++] = before + rows;
  }

  #grow() {
    const kept = this.#ends.subarray(this.#head, this.#tail);
    const next = new Float64Array(Math.max(4096, kept.length * 2));
    next.set(kept);
    this.#ends = next;
    this.#tail = kept.length;
    this.#head = 0;
  }

  /** Forgets all but so many lines. */
  truncate(lines) {
    this.#tail = this.#head + Math.min(lines, this.lines);
  }

  /** Forgets the first lines. @return {number} how many rows they had */
  dropFirst(lines) {
    const many = Math.min(lines, this.lines);
    if (many === 0) return 0;
    const gone = this.#ends[this.#head + many - 1];
    const rows = gone - this.#gone;
    this.#head += many;
    this.#gone = gone;
    return rows;
  }

  /** Gives line `index` (0 is the first that is kept) another number of rows. */
  set(index, rows) {
    const difference = rows - this.rowsOf(index);
    for (let at = this.#head + index; at < this.#tail; at++) this.#ends[at] += difference;
  }

  rowsOf(index) {
    return this.#ends[this.#head + index] - this.#gone - this.rowOf(index);
  }

  /** The first row of line `index`. */
  rowOf(index) {
    return index === 0 ? 0 : this.#ends[this.#head + index - 1] - this.#gone;
  }

  /** The line that has this row; the last line for a row past the end. */
  lineAt(row) {
    const sought = row + this.#gone;
    return firstIndex(this.#head, this.#tail - 1, (index) => this.#ends[index] > sought) - this.#head;
  }

  clear() {
    this.#head = this.#tail = this.#gone = 0;
  }
}
