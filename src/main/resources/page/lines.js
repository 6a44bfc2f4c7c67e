/**
 * The lines of one task's output, in memory and bounded. No DOM.
 *
 * Lines are numbered from 0 for as long as the page watches the task; when there are too many, the oldest are cut off
 * and the others keep their numbers. So a number held elsewhere (a search match, a row on screen) is either right or
 * known to be gone.
 */

import { read, tidy } from './ansi.js';
import { cellsOf } from './cells.js';
import { dataOf, itemOf, LABEL_WIDTH } from './items.js';

/** Lines kept; older ones are cut off, a batch at a time. */
export const MOST_LINES = 200_000;
const CUT = 10_000;
/** Characters kept in all, for lines can be long. */
const MOST_CHARACTERS = 64_000_000;

/** Characters of a line that are drawn; the rest is in copies and downloads. */
export const MOST_DRAWN = 8192;

/**
 * @typedef {Object} Line
 * @property {string} kind an item's kind, or a mark's: gap, lag, hole
 * @property {string} tone for the colour
 * @property {string} label on the first line of an item other than text; else empty
 * @property {string} text plain, as it is searched and copied
 * @property {?string} rich the same with its escape sequences, or null where there are none
 * @property {?Object} style what the line begins with (see ansi.js)
 * @property {?string} id the event's; null for a mark
 * @property {boolean} first whether it is the first line of its event
 * @property {?string} data the event's, where it can't be made again from the text; on the first line only
 * @property {boolean} detail whether it can be opened
 * @property {boolean} open
 * @property {number} at when it arrived, in milliseconds
 * @property {boolean} replayed whether the event is older than that: from the task's history
 * @property {number} cells the width of label and text
 */

export class Lines {
  /** @type {Line[]} */
  #lines = [];
  #cut = 0;
  #style = null;
  #widest = 0;
  #characters = 0;
  #mostLines;
  #cutSize;

  constructor(mostLines = MOST_LINES, cutSize = Math.min(CUT, mostLines)) {
    this.#mostLines = mostLines;
    this.#cutSize = cutSize;
  }

  /** The number of the oldest line kept: how many were cut off. */
  get start() {
    return this.#cut;
  }

  /** One past the number of the newest line. */
  get end() {
    return this.#cut + this.#lines.length;
  }

  get size() {
    return this.#lines.length;
  }

  /** Cells of the widest line that was ever kept, so that the width scrolled over never shrinks under a reader. */
  get widest() {
    return this.#widest;
  }

  /** @return {Line|undefined} undefined for one that was cut off or isn't there yet */
  line(number) {
    return this.#lines[number - this.#cut];
  }

  /**
   * Appends an event's lines.
   * @return {import('./items.js').Item} what it was read as
   */
  addEvent({ id, data, at, replayed }) {
    const item = itemOf(data);
    const labelled = item.label !== '';
    if (labelled) this.#style = null;
    item.lines.forEach((line, index) => {
      const first = index === 0;
      const tidied = tidy(line);
      const canonical = item.canonical && tidied === line;
      this.#add(
        {
          kind: item.kind,
          tone: item.tone,
          label: first ? item.label : '',
          id,
          first,
          at,
          replayed,
          detail: first && item.detail,
          data: first && !canonical ? data : null,
        },
        tidied,
      );
    });
    if (labelled) this.#style = null;
    return item;
  }

  /** Appends a mark: where something is missing. */
  addMark({ kind, text, at }) {
    const mark = {
      kind,
      tone: 'warn',
      label: kind === 'lag' ? 'lagged' : 'gap',
      id: null,
      first: true,
      at,
      replayed: false,
      detail: false,
      data: null,
    };
    this.#style = null;
    this.#add(mark, tidy(text));
  }

  #add(about, line) {
    const style = this.#style;
    let text = line;
    let rich = null;
    if (style || line.includes('\x1b')) {
      const { runs, style: next } = read(line, style);
      this.#style = next;
      text = runs.length === 1 ? runs[0].text : runs.map((run) => run.text).join('');
      rich = line;
    }
    const cells = cellsOf(text.slice(0, MOST_DRAWN)) + (about.kind === 'text' ? 0 : LABEL_WIDTH);
    if (cells > this.#widest) this.#widest = cells;
    this.#characters += weightOf({ text, rich, data: about.data });
    this.#lines.push({ ...about, text, rich, style, open: false, cells });
  }

  /** Cuts the oldest off where there are too many, or too long ones. @return {number} how many lines were cut off */
  trim() {
    const tooMany = this.#lines.length > this.#mostLines;
    let many = tooMany ? Math.min(this.#lines.length, this.#lines.length - this.#mostLines + this.#cutSize) : 0;
    let characters = this.#characters;
    for (let at = 0; at < many; at++) characters -= weightOf(this.#lines[at]);
    for (; characters > MOST_CHARACTERS && many < this.#lines.length - 1; many++)
      characters -= weightOf(this.#lines[many]);
    this.#characters = characters;
    if (many > 0) this.#lines.splice(0, many);
    this.#cut += many;
    return many;
  }

  /** All that is kept as text. @param {(line: Line) => string} prefix what goes before each line */
  toText(prefix = () => '') {
    return this.#lines.map((line) => prefix(line) + labelText(line) + line.text + '\n');
  }

  /** All events that are kept, their data one a line, fit to be posted again. */
  toNdjson() {
    return this.#lines.filter((line) => line.first && line.id !== null).map((line) => dataText(line) + '\n');
  }
}

function weightOf({ text, rich, data }) {
  return text.length + (rich?.length ?? 0) + (data?.length ?? 0);
}

/** The data of the event that a first line belongs to. */
export function dataText(line) {
  return line.data ?? dataOf(line.text === '' || !line.rich ? line.text : line.rich);
}

/** The label and blanks up to the text's column; nothing for text. */
export function labelText(line) {
  return line.kind === 'text' ? '' : line.label.padEnd(LABEL_WIDTH);
}
