/**
 * What a terminal shows of a text that comes in pieces: rows of characters with styles. No DOM.
 *
 * A list of lines has no height and no width, so nothing is wrapped, and a cursor can go back to the last MOST_ROWS rows.
 * What clears the screen, or goes to a place of it, begins below what is there, for what was published stays in the list.
 */

import { isString, MOST_IN_STRING, sequenceAt } from './escapes.js';
import { linked, restyled } from './sgr.js';
import { TerminalRow } from './terminal-row.js';

/** A terminal's screen has fewer. */
const MOST_ROWS = 100;
/** A cursor goes back to no row that is longer. */
const MOST_TO_GO_BACK = 1 << 16;
/** Columns that a cursor can go to beyond a row's end. */
const MOST_COLUMNS = 400;
/** A longer row goes on as another one. */
const MOST_IN_ROW = 1 << 20;
/** The same for all that was sent for a row, also what was drawn over: redrawing for hours begins below, now and then. */
const MOST_SENT = 1 << 22;
const MOST_IN_ADDRESS = 4096;
const TAB_STOP = 8;

const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;
const WEB = /^https?:\/\//i;

export class Terminal {
  /** @type {TerminalRow[]} */
  #rows = [];
  /** Rows that no cursor goes back to, until they are taken. */
  #done = [];
  /** The cursor's; one past the last if that has ended. */
  #row = 0;
  #column = 0;
  #saved = null;
  #style = null;
  /** A sequence that has begun and not ended. */
  #begun = '';
  #about = null;
  /** What is being written, how far it is read, and how far it is noted for a row. */
  #text = '';
  #at = 0;
  #noted = 0;

  /**
   * @param {string} text a piece that goes on; it may end anywhere, also within a sequence
   * @param {?Object} about given to the rows that begin in it
   * @param {?string} data of the event that it is, for the row that it begins in
   */
  write(text, about = null, data = null) {
    this.#about = about;
    if (data !== null) this.#bottom().events.push(data);
    if (text === '') return;
    this.#openRow();
    this.#text = this.#begun + text;
    this.#noted = this.#begun.length;
    if (this.#isWithinString(text)) this.#begun = this.#text;
    else this.#read();
    this.#note(this.#text.length);
    this.#text = '';
  }

  /** A string that goes on is not read from its beginning for each piece. */
  #isWithinString(text) {
    const begun = this.#begun;
    if (!isString(begun[1]) || begun.length >= MOST_IN_STRING || begun.endsWith('\x1b')) return false;
    CONTROL.lastIndex = 0;
    return !CONTROL.test(text);
  }

  /** Takes the rows that won't change any more. @return {TerminalRow[]} */
  takeDone() {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  /** The rows that may change. Those at the end that nothing is shown in are none yet. */
  get shown() {
    let end = this.#rows.length;
    while (end > this.#row && this.#rows[end - 1].isEmpty) end--;
    return this.#rows.slice(0, end);
  }

  /** The rows behind those that are shown. */
  get hidden() {
    return this.#rows.slice(this.shown.length);
  }

  /**
   * Something else stands behind the text: what follows begins on a row of its own, in the plain style.
   * @param {boolean} isLast whether no more text comes, so that a string without an end is text
   */
  seal(isLast) {
    if (isLast && isString(this.#begun[1])) {
      this.#print(this.#begun.slice(1));
      this.#begun = '';
    }
    this.#sealRows();
    this.#style = null;
  }

  #sealRows() {
    const { length } = this.shown;
    if (length > 0) this.#dropBelow(length - 1);
    this.#done.push(...this.#rows);
    this.#rows = [];
    this.#row = this.#column = 0;
    this.#saved = null;
  }

  #read() {
    const text = this.#text;
    this.#begun = '';
    for (this.#at = 0; this.#at < text.length;) {
      CONTROL.lastIndex = this.#at;
      const control = CONTROL.exec(text);
      const end = control ? control.index : text.length;
      if (end > this.#at) {
        const characters = text.slice(this.#at, end);
        this.#at = end;
        this.#print(characters);
      }
      if (!control) return;
      if (control[0] !== '\x1b') {
        this.#control(control[0]);
        this.#at++;
        continue;
      }
      const sequence = sequenceAt(text, end);
      if (sequence === null) {
        this.#begun = text.slice(end);
        return;
      }
      this.#execute(sequence);
      this.#at += sequence.length;
    }
  }

  #execute({ kind, value, parameters }) {
    if (kind === 'text') this.#print(value);
    else if (kind === 'link') this.#link(value);
    else if (kind === 'escape') this.#escape(value);
    else if (kind === 'csi' && value === 'm') this.#style = restyled(this.#style, parameters);
    else if (kind === 'csi') {
      const [first, second] = parameters.split(';').map((number) => parseInt(number, 10) || 0);
      this.#command(value, first, second ?? 0);
    }
  }

  #link(address) {
    const isKnown = WEB.test(address) && address.length <= MOST_IN_ADDRESS;
    this.#style = linked(this.#style, isKnown ? address : null);
  }

  #control(control) {
    if (control === '\n') this.#lineFeed();
    else if (control === '\r') this.#column = 0;
    else if (control === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (control === '\t') this.#tab();
  }

  #lineFeed() {
    // A link that nothing ends would make links of all that follows.
    this.#style = linked(this.#style, null);
    const row = this.#openRow();
    this.#column = 0;
    if (this.#row++ < this.#rows.length - 1) return;
    this.#note(this.#at);
    this.#noted = this.#at + 1;
    row.endLine();
    if (row.sent.length > MOST_TO_GO_BACK) this.#sealRows();
  }

  #tab() {
    const to = this.#column + TAB_STOP - (this.#column % TAB_STOP);
    const row = this.#openRow();
    if (to > row.width) row.write(' '.repeat(to - row.width), row.width, null);
    this.#column = to;
    this.#bound(row);
  }

  #print(text) {
    const row = this.#openRow();
    this.#column = row.write(text, this.#column, this.#style);
    this.#bound(row);
  }

  #bound(row) {
    if (row.width > MOST_IN_ROW || this.#bottom().sent.length > MOST_SENT) {
      this.#note(this.#at);
      this.#sealRows();
    }
  }

  #openRow() {
    const bottom = this.#bottom();
    // The row may have been cut since the cursor went there.
    this.#toColumn(this.#column);
    return this.#rows[this.#row] ?? bottom;
  }

  /** The last row, which goes on. */
  #bottom() {
    const last = this.#rows.at(-1);
    if (last?.isOpen) {
      if (last.isEmpty) last.about = this.#about;
      return last;
    }
    const row = new TerminalRow(this.#about);
    this.#rows.push(row);
    if (this.#rows.length > MOST_ROWS) {
      this.#done.push(this.#rows.shift());
      this.#row = Math.max(0, this.#row - 1);
      if (this.#saved) this.#saved.row = Math.max(0, this.#saved.row - 1);
    }
    return row;
  }

  /** What was sent belongs to the last row, wherever it was drawn: so all rows' together are the text again. */
  #note(to) {
    if (to <= this.#noted) return;
    this.#bottom().sent += this.#text.slice(this.#noted, to);
    this.#noted = to;
  }

  /** Takes the rows below one away, and gives it what was sent for them. */
  #dropBelow(index) {
    if (index < this.#rows.length - 1) this.#rows[index].swallow(this.#rows.splice(index + 1));
  }

  /** ECMA-48's names of the commands are in brackets. */
  #command(name, first, second) {
    const many = Math.max(1, first);
    const row = this.#rows[this.#row];
    switch (name) {
      case 'A': // CUU
        return this.#toRow(this.#row - many);
      case 'B': // CUD
        return this.#toRow(this.#row + many);
      case 'C': // CUF
        return this.#toColumn(this.#column + many);
      case 'D': // CUB
        return this.#toColumn(this.#column - many);
      case 'E': // CNL
        this.#toRow(this.#row + many);
        return this.#toColumn(0);
      case 'F': // CPL
        this.#toRow(this.#row - many);
        return this.#toColumn(0);
      case 'G': // CHA
      case '`': // HPA
        return this.#toColumn(many - 1);
      case 'H': // CUP
      case 'f': // HVP
        this.#beginBelow();
        return this.#toColumn(second - 1);
      case 'J': // ED
        return first > 1 ? this.#beginBelow() : first === 0 && this.#eraseBelow();
      case 'K': // EL
        return row?.erase(first, this.#column);
      case 'P': // DCH
        return row?.remove(this.#column, many);
      case 'X': // ECH
        return row?.blank(this.#column, many);
      case '@': // ICH
        return row?.insert(this.#column, Math.min(many, MOST_COLUMNS));
      case 's':
        return this.#save();
      case 'u':
        return this.#restore();
    }
  }

  #escape(name) {
    switch (name) {
      case '7': // DECSC
        return this.#save();
      case '8': // DECRC
        return this.#restore();
      case 'E': // NEL
        this.#note(this.#at);
        if (this.#row === this.#rows.length - 1) this.#rows[this.#row].isOpen = false;
        this.#column = 0;
        return this.#toRow(this.#row + 1);
      case 'M': // RI
        return this.#toRow(this.#row - 1);
      case 'c': // RIS
        this.#beginBelow();
        this.#style = null;
    }
  }

  #toRow(row) {
    const lowest = this.#rows.length - (this.#rows.at(-1)?.isOpen ? 1 : 0);
    this.#row = Math.min(Math.max(0, row), lowest);
  }

  #toColumn(column) {
    const most = Math.max(MOST_COLUMNS, this.#rows[this.#row]?.width ?? 0);
    this.#column = Math.min(Math.max(0, column), most);
  }

  #save() {
    this.#saved = { row: this.#row, column: this.#column, style: this.#style };
  }

  #restore() {
    if (this.#saved === null) return this.#beginBelow();
    this.#toRow(this.#saved.row);
    ({ column: this.#column, style: this.#style } = this.#saved);
  }

  #eraseBelow() {
    this.#rows[this.#row]?.erase(0, this.#column);
    this.#dropBelow(this.#row);
  }

  #beginBelow() {
    if (this.#rows.some((row) => !row.isEmpty)) {
      this.#note(this.#at);
      this.#sealRows();
    }
    this.#row = this.#column = 0;
  }
}
