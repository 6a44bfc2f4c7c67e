/** Which rows the lines take: more than one where a line is wrapped or opened, none where it is folded. No DOM. */

import { breaksOf } from './cells.js';
import { LABEL_WIDTH, prettyLines } from './items.js';
import { drawnEnd, skippedText, Taken } from './lines.js';
import { Rows } from './rows.js';

const LEAST_COLUMNS = 10;
/** Characters of the sign before a header of a group, with a blank. */
export const FOLD_WIDTH = 2;
/** Characters of how long a group took, with two blanks. */
const TOOK_WIDTH = 13;

/**
 * @typedef {{from: number, to: number, first: boolean, json: ?string}} Part what a row shows of its line: characters, or a
 *     line of its JSON; `first` is whether it is the line's first row
 */

export class Layout {
  #lines;
  #folds;
  #rows = new Rows();
  #taken = new Taken();
  /** The first line of #rows. */
  #start = 0;
  /** Characters that fit into a row. */
  columns = 80;
  /** Those before a line's label and text. */
  before = 0;
  wrap = false;

  constructor(lines, folds) {
    this.#lines = lines;
    this.#folds = folds;
  }

  get total() {
    return this.#rows.total;
  }

  /** The first row of a line; of one that is folded, where it would be. */
  rowOf(number) {
    const index = Math.max(0, number - this.#start);
    return index >= this.#rows.lines ? this.total : this.#rows.rowOf(index);
  }

  /** The line that has this row; the last line for a row past the end. */
  lineAt(row) {
    return this.#rows.lines === 0 ? this.#start : this.#start + this.#rows.lineAt(row);
  }

  /** One past the last row of a line. */
  endOf(number) {
    return this.rowOf(number) + this.#rows.rowsOf(number - this.#start);
  }

  /** Counts the rows of lines that are new or shown otherwise. @return {number} the first; the end if there is none */
  take() {
    const from = Math.min(this.#folds.take(), this.#taken.take(this.#lines));
    this.renew(from);
    return from;
  }

  /** Counts rows anew, from a line on. */
  renew(from) {
    this.#rows.truncate(Math.max(0, from - this.#start));
    for (let number = this.#start + this.#rows.lines; number < this.#lines.end; number++)
      this.#rows.push(this.#rowsOf(number));
  }

  renewLine(number) {
    this.#rows.set(number - this.#start, this.#rowsOf(number));
  }

  renewAll() {
    this.#rows.clear();
    this.#start = this.#lines.start;
    this.#folds.take();
    this.#taken.take(this.#lines);
    this.renew(this.#start);
  }

  /** Forgets the lines that were cut off. @return {?number} how many rows they had; null if there were none */
  forgetCut() {
    const many = this.#lines.start - this.#start;
    if (many <= 0) return null;
    this.#start = this.#lines.start;
    return this.#rows.dropFirst(many);
  }

  /** Characters of a line's text that a row has where lines are wrapped. */
  columnsFor(number) {
    const line = this.#lines.line(number);
    const label = (line.kind === 'text' ? 0 : LABEL_WIDTH) + skippedText(line).length;
    const fold = this.#folds.headerAt(number) ? FOLD_WIDTH + TOOK_WIDTH : 0;
    return Math.max(LEAST_COLUMNS, this.columns - this.before - label - fold);
  }

  /** @return {Part[]} one for each row of a line that is not folded */
  partsOf(number) {
    const line = this.#lines.line(number);
    const begin = line.skip || (this.#folds.headerAt(number)?.from ?? 0);
    const end = drawnEnd(line);
    const breaks = this.wrap ? breaksOf(line.text.slice(begin, end), this.columnsFor(number)) : [0];
    const parts = breaks.map((at, index) => ({
      from: begin + at,
      to: index + 1 < breaks.length ? begin + breaks[index + 1] : end,
      first: index === 0,
      json: null,
    }));
    if (!line.open) return parts;
    return [...parts, ...prettyLines(line.data[0]).map((json) => ({ from: 0, to: 0, first: false, json }))];
  }

  #rowsOf(number) {
    if (this.#folds.isHidden(number)) return 0;
    const { open, text } = this.#lines.line(number);
    const isOneRow = !open && (!this.wrap || text.length * 2 <= this.columnsFor(number));
    return isOneRow ? 1 : this.partsOf(number).length;
  }
}
