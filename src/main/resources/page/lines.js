/**
 * The lines of one task's output, in memory and bounded. No DOM.
 *
 * The text of a task is all its deltas joined, so a line may come in many pieces: the last line of text grows until its
 * end comes. An item or a mark that comes meanwhile stands on a line of its own, as it would on a terminal, and the text
 * goes on below it: only the last line ever changes, and each change makes it another object. Downloads have the text
 * as it was sent.
 *
 * Lines are numbered from 0 for as long as the page watches the task; when there are too many, the oldest are cut off
 * and the others keep their numbers. So a number held elsewhere (a search match, a row on screen) is either right or
 * known to be gone.
 */

import { cellsOf } from './cells.js';
import { dataOf, itemOf, LABEL_WIDTH } from './items.js';
import { readLine, TextLine } from './text-line.js';

/** Lines kept; older ones are cut off, a batch at a time. */
export const MOST_LINES = 200_000;
const CUT = 10_000;
/** Characters kept in all, for lines can be long. */
const MOST_CHARACTERS = 64_000_000;

/** Characters of a line that are drawn; the rest is in copies and downloads. */
export const MOST_DRAWN = 8192;

/** A longer line goes on as another one, for each piece costs a reading of the whole line. */
const MOST_IN_LINE = 1 << 20;

/**
 * @typedef {Object} Line
 * @property {string} kind an item's kind, or a mark's: gap, lag, hole
 * @property {string} tone for the colour
 * @property {string} label on the first line of an item other than text; else empty
 * @property {string} text plain, as it is searched and copied
 * @property {?string} rich the same with its escape sequences, or null where there are none
 * @property {?Object} style what the line begins with (see ansi.js)
 * @property {?string} raw the same as it was sent, where it is neither of those
 * @property {string} end the line's end as it was sent; empty where the text goes on
 * @property {?string} id of the event that it begins with; null for a mark
 * @property {?string[]} data of the events that begin in it; null for one that is made again from the line alone
 * @property {boolean} detail whether it can be opened
 * @property {boolean} open
 * @property {number} at when it arrived, in milliseconds
 * @property {boolean} replayed whether the event is older than that: from the task's history
 * @property {number} cells the width of label and text
 * @property {number} weight the characters kept for it
 */

export class Lines {
  /** @type {Line[]} */
  #lines = [];
  #cut = 0;
  #style = null;
  /** The last line, if it is text that goes on. */
  #growing = null;
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
   * Appends an event's lines, or adds its text to the last.
   * @return {import('./items.js').Item} what it was read as
   */
  addEvent({ id, data, at, replayed }) {
    const item = itemOf(data);
    const about = { kind: item.kind, tone: item.tone, id, at, replayed };
    if (item.kind === 'text') {
      this.#addText(item, about, data);
      return item;
    }
    item.lines.forEach((line, index) => {
      const first = index === 0;
      const label = first ? item.label : '';
      this.#addLine({ ...about, label, detail: first && item.detail, data: first ? [data] : [] }, line);
    });
    this.#style = null;
    return item;
  }

  /** Appends a mark: where something is missing. */
  addMark({ kind, text, at }) {
    const label = kind === 'lag' ? 'lagged' : 'gap';
    this.#addLine({ kind, tone: 'warn', label, id: null, at, replayed: false, detail: false, data: [] }, text);
    this.#style = null;
  }

  #addLine(about, line) {
    this.#endGrowing();
    if (about.label !== '') this.#style = null;
    const { text, rich, next } = readLine(line, this.#style);
    this.#put({ ...about, text, rich, style: this.#style, raw: null, end: '\n' });
    this.#style = next;
  }

  #addText({ text, canonical }, about, data) {
    const pieces = text.split('\n');
    // A delta that is one whole line, as nearly all are that a build prints.
    const isOneLine = canonical && !this.#growing && pieces.length === 2 && pieces[1] === '';
    pieces.forEach((piece, index) => {
      const ends = index < pieces.length - 1;
      if (index > 0 && !ends && piece === '') return;
      const growing = (this.#growing ??= { line: new TextLine(this.#style), about, data: [], shown: false });
      if (index === 0) growing.data.push(data);
      growing.line.add(piece);
      if (ends) growing.line.end();
      if (isOneLine) growing.data = null;
      if (ends || growing.line.length > MOST_IN_LINE) this.#endGrowing();
    });
  }

  #endGrowing() {
    if (this.#growing) this.#showGrowing();
    this.#growing = null;
  }

  #showGrowing() {
    const { line, about, data, shown } = this.#growing;
    if (shown) this.#characters -= this.#lines.pop().weight;
    this.#put({ ...about, label: '', detail: false, data, ...line.read() });
    this.#growing.shown = true;
    this.#style = line.nextStyle;
  }

  #put(line) {
    const cells = cellsOf(line.text.slice(0, MOST_DRAWN)) + (line.kind === 'text' ? 0 : LABEL_WIDTH);
    if (cells > this.#widest) this.#widest = cells;
    const weight = weightOf(line);
    this.#characters += weight;
    this.#lines.push({ ...line, open: false, cells, weight });
  }

  /**
   * Ends a batch: shows the line that grows, once for all its pieces, and cuts the oldest lines off where there are too
   * many, or too long ones.
   * @return {number} how many lines were cut off
   */
  settle() {
    // A text that was begun with nothing is no line yet.
    if (this.#growing?.line.length > 0) this.#showGrowing();
    const tooMany = this.#lines.length > this.#mostLines;
    let many = tooMany ? Math.min(this.#lines.length, this.#lines.length - this.#mostLines + this.#cutSize) : 0;
    let characters = this.#characters;
    for (let at = 0; at < many; at++) characters -= this.#lines[at].weight;
    for (; characters > MOST_CHARACTERS && many < this.#lines.length - 1; many++)
      characters -= this.#lines[many].weight;
    this.#characters = characters;
    if (many > 0) this.#lines.splice(0, many);
    if (this.#lines.length === 0 && this.#growing?.shown) this.#growing = null;
    this.#cut += many;
    return many;
  }

  /** All that is kept, as it is shown. @param {(line: Line) => string} prefix what goes before each line */
  toText(prefix = () => '') {
    return this.#lines.map((line) => prefix(line) + labelText(line) + line.text + '\n');
  }

  /** The text that is kept, byte for byte as it was sent, without the items; with the marks where something is missing. */
  toSentText() {
    let goesOn = false;
    return this.#lines.map((line) => {
      if (line.kind === 'text') {
        goesOn = line.end === '';
        return sentText(line);
      }
      if (line.id !== null) return '';
      const mark = (goesOn ? '\n' : '') + labelText(line) + line.text + '\n';
      goesOn = false;
      return mark;
    });
  }

  /** All events that are kept, their data one a line, fit to be posted again. */
  toNdjson() {
    const events = this.#lines.flatMap((line) => line.data ?? [dataOf(sentText(line))]);
    const notShown = this.#growing && !this.#growing.shown ? this.#growing.data : [];
    return [...events, ...notShown].map((data) => data + '\n');
  }
}

function weightOf({ text, rich, raw, data }) {
  const events = data ? data.reduce((sum, one) => sum + one.length, 0) : 0;
  return text.length + (rich?.length ?? 0) + (raw?.length ?? 0) + events;
}

/** What was sent of a line of text. */
function sentText(line) {
  return (line.raw ?? line.rich ?? line.text) + line.end;
}

/** The data of the event that begins in a line other than text. */
export function dataText(line) {
  return line.data[0];
}

/** The label and blanks up to the text's column; nothing for text. */
export function labelText(line) {
  return line.kind === 'text' ? '' : line.label.padEnd(LABEL_WIDTH);
}
