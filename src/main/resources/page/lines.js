/**
 * The lines of one task's output, in memory and bounded. No DOM.
 *
 * The text of a task is all its deltas joined, and is shown as on a terminal: the last lines may change (see terminal.js),
 * and each change makes a line another object. An item or a mark stands on a line of its own, and the text goes on below.
 *
 * The oldest lines are cut off and the others keep their places, so a place held elsewhere (a match, a row) is either right
 * or known to be gone. Another part of the log is another `generation`. The numbers that readers see are the log's: of line
 * feeds, and of events that are no text.
 */

import { cellsOf } from './cells.js';
import { dataOf, itemOf, LABEL_WIDTH } from './items.js';
import { firstIndex } from './ordered.js';
import { Terminal } from './terminal.js';

/** Lines kept; the oldest are cut off, a batch at a time. */
export const MOST_LINES = 200_000;
const CUT = 10_000;
/** Characters kept in all, for lines can be long. */
const MOST_CHARACTERS = 64_000_000;

const NONE = Object.freeze({ lines: 0, isBegun: false, isBroken: false });

/** Characters of a line that are drawn; the rest is in copies and downloads. */
export const MOST_DRAWN = 8192;

/**
 * @typedef {Object} Line `kind` is an item's or a mark's (gap, lag, hole), `tone` for the colour; `label` is empty but on the first
 * line of an item; `text` has the styles `parts` (see terminal-row.js), null where all is plain; `raw` is what was sent, null
 * where that is the text; `end` is empty where the text goes on; `id` and `sequence` are of the event that it begins in, null and
 * as before for a mark; `data` are the events that begin in it, null for one that can be made again; `detail` is whether it can
 * be `open`; `at` is when it arrived, `replayed` whether the event is older; `cells` is its width, `weight` the characters kept;
 * those before `skip` are not drawn; `nth` counts the log's lines from the first here, null behind what is missing; `isFirst` is
 * whether a line of the log begins in it
 */

export class Lines {
  /** @type {Line[]} */
  #lines = [];
  #cut = 0;
  #terminal = new Terminal();
  /** Lines at the end that may change. */
  #changing = 0;
  /** The lines of rows. */
  #made = new WeakMap();
  /** Cells of the widest line ever, so that the width scrolled over never shrinks under a reader. */
  widest = 0;
  #characters = 0;
  /** The number of the first line that was here; null while it is not known. */
  #base = null;
  #first = null;
  /** Lines of the log that are here and won't change, and whether the last of them goes on; with those that may. */
  #settled = NONE;
  #counted = NONE;
  #cutSize;
  mostLines;
  generation = 0;

  constructor(mostLines = MOST_LINES, cutSize = Math.min(CUT, mostLines >> 2)) {
    this.mostLines = mostLines;
    this.#cutSize = cutSize;
  }

  /** The number of the oldest line kept. */
  get start() {
    return this.#cut;
  }

  get end() {
    return this.#cut + this.#lines.length;
  }

  /** The first line that may still change. */
  get changingFrom() {
    return this.end - this.#changing;
  }

  get size() {
    return this.#lines.length;
  }

  /** Forgets all, for another part of the log. */
  beginAnew() {
    this.generation++;
    this.#lines = [];
    this.#terminal = new Terminal();
    this.#changing = this.#characters = 0;
    this.#settled = this.#counted = NONE;
    this.#base = this.#first = null;
  }

  moveTo(start) {
    this.#cut = start;
  }

  /** Says which line of the log the first event's text is in, and whether that line begins before. */
  setBase(line, isBegun) {
    this.#base = isBegun && this.#first?.kind !== 'text' ? line + 1 : line;
  }

  /** Another part of a line is drawn than its beginning. */
  widen({ text, skip }) {
    this.widest = Math.max(this.widest, cellsOf(text.slice(skip, skip + MOST_DRAWN)) + LABEL_WIDTH + 40);
  }

  /** The number, from 1, of the log's line that a line belongs to; null if that is not known. */
  numberOf(number) {
    const nth = this.line(number)?.nth ?? null;
    return this.#base === null || nth === null ? null : this.#base + nth;
  }

  /** The line that has what is so many lines of the log behind another; a row that was drawn over has several. */
  behind(number, many) {
    const wanted = (this.line(number)?.nth ?? 0) + many;
    const last = this.#firstLine(({ nth }) => nth === null || nth > wanted) - 1;
    return this.#firstLine(({ nth }) => nth === null || nth >= (this.line(last)?.nth ?? 0));
  }

  /** The first line of an event or of a later one. */
  ofEvent(sequence) {
    return this.#firstLine((line) => line.sequence >= sequence);
  }

  #firstLine(isBehind) {
    return this.#cut + firstIndex(0, this.#lines.length, (index) => isBehind(this.#lines[index]));
  }

  /** @return {Line|undefined} undefined for one that is not here */
  line(number) {
    return this.#lines[number - this.#cut];
  }

  /** Appends an event, or a mark where something is missing. */
  add(entry) {
    if (entry.kind) this.addMark(entry);
    else this.addEvent(entry);
  }

  addEvent({ id, data, at, replayed }) {
    if (this.#first === null && this.#base === null && id.endsWith('-1')) this.#base = 1;
    const item = itemOf(data);
    const about = { kind: item.kind, tone: item.tone, label: '', detail: false, id, at, replayed };
    if (item.kind === 'text') {
      this.#terminal.write(item.text, about, data);
      return;
    }
    this.#seal(item.kind === 'done');
    const terminal = new Terminal();
    item.lines.forEach((line) => terminal.write(`${line}\n`));
    terminal.seal(true);
    terminal.takeDone().forEach(({ text, parts }, index) => {
      const only = index === 0 ? { label: item.label, detail: item.detail, data: [data] } : { data: [] };
      this.#put(measured({ ...about, ...only, text, parts, raw: null, end: '\n' }));
    });
  }

  addMark({ kind, text, at }) {
    this.#seal(false);
    const label = kind === 'lag' ? 'lagged' : 'gap';
    const about = { kind, tone: 'warn', label, id: null, at, replayed: false, detail: false, data: [] };
    this.#put(measured({ ...about, text, parts: null, raw: null, end: '\n' }));
  }

  #seal(isLast) {
    this.#terminal.seal(isLast);
    this.#takeRows();
  }

  #takeRows() {
    for (const line of this.#lines.splice(this.#lines.length - this.#changing)) this.#characters -= line.weight;
    this.#counted = this.#settled;
    this.#terminal.takeDone().forEach((row) => this.#put(this.#lineOf(row)));
    this.#settled = this.#counted;
    const { shown } = this.#terminal;
    shown.forEach((row) => this.#put(this.#lineOf(row)));
    this.#changing = shown.length;
  }

  /** The same object as long as the row is the same. */
  #lineOf(row) {
    const stamp = `${row.version}/${row.sent.length}/${row.events.length}`;
    const made = this.#made.get(row);
    if (made?.stamp === stamp) return made.line;
    const { text, parts, sent, end, events } = row;
    const data = events.length === 1 && events[0] === dataOf(sent + end) ? null : events;
    const raw = sent === text ? null : sent;
    const line = measured({ ...row.about, data, text, parts: parts && [...parts], raw, end });
    this.#made.set(row, { stamp, line });
    return line;
  }

  #put(line) {
    this.widest = Math.max(this.widest, line.cells);
    this.#characters += line.weight;
    line.sequence = line.id === null ? (this.#lines.at(-1)?.sequence ?? 0) : sequenceOf(line.id);
    this.#number(line);
    this.#first ??= line;
    this.#lines.push(line);
    // What is no text does not change.
    if (line.kind !== 'text') this.#settled = this.#counted;
  }

  #number(line) {
    const { lines, isBegun, isBroken } = this.#counted;
    if (line.id === null || isBroken) {
      line.nth = null;
      line.isFirst = false;
      this.#counted = { ...NONE, isBroken: true };
    } else if (line.kind === 'text') {
      line.nth = lines;
      line.isFirst = !isBegun;
      const sent = sentText(line);
      const goesOn = sent === '' ? isBegun : !sent.endsWith('\n');
      this.#counted = { lines: lines + feedsIn(sent), isBegun: goesOn, isBroken };
    } else {
      line.isFirst = line.label !== '';
      line.nth = line.isFirst ? lines + (isBegun ? 1 : 0) : lines - 1;
      this.#counted = { lines: line.nth + 1, isBegun: false, isBroken };
    }
  }

  /**
   * Ends a batch: shows what the text has become, and cuts the oldest lines off where there are too many, or too long ones.
   * @return {number} how many lines were cut off
   */
  settle() {
    this.#takeRows();
    const tooMany = this.#lines.length > this.mostLines;
    const most = this.#lines.length - this.#changing;
    let many = tooMany ? Math.min(most, this.#lines.length - this.mostLines + this.#cutSize) : 0;
    let characters = this.#characters;
    for (let at = 0; at < many; at++) characters -= this.#lines[at].weight;
    for (; characters > MOST_CHARACTERS && many < most; many++) characters -= this.#lines[many].weight;
    this.#characters = characters;
    if (many > 0) this.#lines.splice(0, many);
    this.#cut += many;
    return many;
  }

  /** All that is kept, as it is shown. @param {(line: Line) => string} prefix what goes before a line */
  toText(prefix = () => '') {
    return this.#lines.map((line) => prefix(line) + labelText(line) + line.text + '\n');
  }

  /** The text that is kept, byte for byte as it was sent, without the items; with the marks where something is missing. */
  toSentText() {
    let goesOn = false;
    const kept = this.#lines.map((line) => {
      if (line.kind === 'text') {
        const sent = sentText(line);
        if (sent !== '') goesOn = !sent.endsWith('\n');
        return sent;
      }
      if (line.id !== null) return '';
      const mark = (goesOn ? '\n' : '') + labelText(line) + line.text + '\n';
      goesOn = false;
      return mark;
    });
    return [...kept, ...this.#terminal.hidden.map(({ sent, end }) => sent + end)];
  }

  /** All events that are kept, their data one a line, fit to be posted again. */
  toNdjson() {
    const events = this.#lines.flatMap((line) => line.data ?? [dataOf(sentText(line))]);
    const hidden = this.#terminal.hidden.flatMap((row) => row.events);
    return [...events, ...hidden].map((data) => `${data.replaceAll('\n', ' ')}\n`);
  }
}

/** What a reader of the lines has taken of them, to know what it must take again. */
export class Taken {
  #generation = 0;
  #end = 0;
  /** Those that could change then. @type {Line[]} */
  #changing = [];

  /** Takes all lines. @return {number} the first that is new or another than before; the end if there is none */
  take(lines) {
    const from = this.next(lines);
    this.#generation = lines.generation;
    this.#end = lines.end;
    this.#changing = [];
    for (let number = lines.changingFrom; number < lines.end; number++) this.#changing.push(lines.line(number));
    return from;
  }

  /** What {@link take} would return. */
  next(lines) {
    if (lines.generation !== this.#generation) return lines.start;
    const first = this.#end - this.#changing.length;
    let number = Math.max(first, lines.start);
    while (number < this.#end && lines.line(number) === this.#changing[number - first]) number++;
    return Math.max(number, lines.start);
  }
}

/**
 * The text from a place up to another, as it is shown.
 * @param {{line: number, offset: number}} from a character of a line's text; -1 is before its label
 * @param {(number: number) => boolean} isHidden lines that are left out
 */
export function textBetween(lines, from, to, isHidden) {
  const texts = [];
  for (let number = Math.max(from.line, lines.start); number <= to.line; number++) {
    const line = lines.line(number);
    if (!line || isHidden(number)) continue;
    const first = number === from.line ? from.offset : -1;
    const last = number === to.line ? to.offset : line.text.length;
    const label = first < 0 ? labelText(line) : '';
    texts.push(last < 0 ? '' : label + line.text.slice(Math.max(0, first), last));
  }
  return texts.join('\n');
}

function measured(line) {
  const cells = cellsOf(line.text.slice(0, MOST_DRAWN)) + (line.kind === 'text' ? 0 : LABEL_WIDTH);
  return { ...line, open: false, skip: 0, cells, weight: weightOf(line) };
}

/** The number in an event's id. */
export function sequenceOf(id) {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

/** What an event's id says of which log it is in: a task's log can begin anew. */
export function epochOf(id) {
  return id.slice(0, id.lastIndexOf('-'));
}

function feedsIn(text) {
  let feeds = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) feeds++;
  return feeds;
}

function weightOf({ text, parts, raw, data }) {
  const events = data ? data.reduce((sum, one) => sum + one.length, 0) : 0;
  return text.length + (parts?.length ?? 0) + (raw?.length ?? 0) + events;
}

/** What was sent of a line of text. */
function sentText(line) {
  return (line.raw ?? line.text) + line.end;
}

/** Where what is drawn of a line ends. */
export function drawnEnd({ text, skip }) {
  return Math.min(text.length, skip + MOST_DRAWN);
}

/** What stands for the characters before those that are drawn. */
export function skippedText({ skip }) {
  return skip > 0 ? `${skip} characters … ` : '';
}

/** The label and blanks up to the text's column; nothing for text. */
function labelText(line) {
  return line.kind === 'text' ? '' : line.label.padEnd(LABEL_WIDTH);
}
