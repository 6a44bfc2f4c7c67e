/**
 * One row of a terminal. No DOM.
 *
 * As long as text is only appended, a row is a string with the styles of its parts. Only one that is drawn over becomes
 * an array of cells.
 */

import { cellsOf, widthOf } from './cells.js';

/** In a longer row no cells are blanked, taken out or put in, for each time costs as much as the row is long. */
const MOST_EDITED = 1 << 14;

export class TerminalRow {
  #text = '';
  /** Flat: the end of a part, its style, and so on; null while all is plain. */
  #parts = null;
  #width = 0;
  /** The character of each cell, empty for the second one of a wide character; null while text is only appended. */
  #characters = null;
  #styles = null;
  #stale = false;

  /** What was sent: all rows' together, with their ends, are the text. */
  sent = '';
  /** The row's end as it was sent, `\n` or `\r\n`; empty while the row grows, and where something else follows. */
  end = '';
  /** Whether what is sent goes on in it. */
  isOpen = true;
  version = 0;
  /** The data of the events that begin in it. @type {string[]} */
  events = [];

  constructor(about) {
    this.about = about;
  }

  get width() {
    return this.#characters ? this.#characters.length : this.#width;
  }

  get isEmpty() {
    return this.width === 0;
  }

  get text() {
    this.#refresh();
    return this.#text;
  }

  get parts() {
    this.#refresh();
    return this.#parts;
  }

  endLine() {
    this.isOpen = false;
    this.end = this.sent.endsWith('\r') ? '\r\n' : '\n';
    if (this.end === '\r\n') this.sent = this.sent.slice(0, -1);
    this.version++;
  }

  /** @return {number} the column behind the text */
  write(text, column, style) {
    this.version++;
    if (!this.#characters && column === this.#width) {
      [this.#text, this.#parts] = appended(this.#text, this.#parts, text, style);
      this.#width += cellsOf(text);
      return this.#width;
    }
    this.#toCells();
    while (this.#characters.length < column) this.#put(this.#characters.length, ' ', null);
    let at = column;
    for (const character of text) {
      const width = widthOf(character);
      if (width === 0) this.#combine(at, character);
      else this.#put(at, character, style, width);
      at += width;
    }
    return at;
  }

  #put(at, character, style, width = 1) {
    const characters = this.#characters;
    // Half of a wide character is none.
    if (characters[at] === '') characters[at - 1] = ' ';
    if (characters[at + width] === '') characters[at + width] = ' ';
    characters[at] = character;
    this.#styles[at] = style;
    if (width === 2) {
      characters[at + 1] = '';
      this.#styles[at + 1] = style;
    }
    this.#stale = true;
  }

  /** A combining mark belongs to the character before. */
  #combine(at, mark) {
    let before = at - 1;
    while (before > 0 && this.#characters[before] === '') before--;
    if (before < 0) return;
    this.#characters[before] += mark;
    this.#stale = true;
  }

  /** @param {number} part 0 from the column to the end, 1 from the beginning to the column, 2 all */
  erase(part, column) {
    if (part === 1) this.blank(0, column + 1);
    else if (part === 0 || part === 2) this.#cut(part === 2 ? 0 : column);
  }

  #cut(column) {
    if (column >= this.width) return;
    this.version++;
    if (column === 0) {
      this.#text = '';
      this.#parts = this.#characters = null;
      this.#width = 0;
      this.#stale = false;
      return;
    }
    this.#toCells();
    if (this.#characters[column] === '') this.#characters[column - 1] = ' ';
    this.#characters.length = this.#styles.length = column;
    this.#stale = true;
  }

  blank(column, many) {
    if (!this.#edit(column)) return;
    const end = Math.min(column + many, this.width);
    this.#put(column, ' ', null);
    this.#put(end - 1, ' ', null);
    this.#characters.fill(' ', column, end);
    this.#styles.fill(null, column, end);
  }

  /** The characters behind move to the left. */
  remove(column, many) {
    if (!this.#edit(column)) return;
    this.blank(column, many);
    this.#characters.splice(column, many);
    this.#styles.splice(column, many);
  }

  /** The characters behind move to the right. */
  insert(column, many) {
    if (!this.#edit(column)) return;
    if (this.#characters[column] === '') this.#put(column - 1, ' ', null);
    this.#characters.splice(column, 0, ...Array(many).fill(' '));
    this.#styles.splice(column, 0, ...Array(many).fill(null));
    this.#stale = true;
  }

  #edit(column) {
    if (column >= this.width || this.width > MOST_EDITED) return false;
    this.version++;
    this.#toCells();
    return true;
  }

  /** Takes what was sent for rows that are there no more. @param {TerminalRow[]} rows */
  swallow(rows) {
    for (const row of [this, ...rows]) {
      if (row !== this) {
        this.sent += row.sent;
        row.events.forEach((event) => this.events.push(event));
      }
      this.sent += row.end;
    }
    this.end = '';
    this.isOpen = true;
    this.version++;
  }

  #toCells() {
    if (this.#characters) return;
    this.#characters = [];
    this.#styles = [];
    let at = 0;
    let index = 0;
    let cell = 0;
    for (const character of this.#text) {
      while (this.#parts && index >= this.#parts[at]) at += 2;
      const width = widthOf(character);
      const style = this.#parts?.[at + 1] ?? null;
      if (width === 0) this.#combine(cell, character);
      else this.#put(cell, character, style, width);
      cell += width;
      index += character.length;
    }
    this.#stale = false;
  }

  #refresh() {
    if (!this.#stale) return;
    this.#stale = false;
    this.#text = this.#characters.join('');
    this.#parts = partsOf(this.#characters, this.#styles);
  }
}

function partsOf(characters, styles) {
  if (styles.every((style) => style === null)) return null;
  const parts = [];
  let end = 0;
  characters.forEach((character, at) => {
    end += character.length;
    if (at > 0 && styles[at] === styles[at - 1]) parts[parts.length - 2] = end;
    else parts.push(end, styles[at]);
  });
  return parts;
}

function appended(text, parts, more, style) {
  if (style === null && parts === null) return [text + more, null];
  const all = text + more;
  const next = parts ?? (text === '' ? [] : [text.length, null]);
  if (next.length > 0 && next.at(-1) === style) next[next.length - 2] = all.length;
  else next.push(all.length, style);
  return [all, next];
}

/** The parts of a text that have one style each. @return {{text: string, style: ?Style}[]} */
export function runsOf(text, parts) {
  if (parts === null) return [{ text, style: null }];
  const runs = [];
  for (let at = 0; at < parts.length; at += 2)
    runs.push({ text: text.slice(parts[at - 2] ?? 0, parts[at]), style: parts[at + 1] });
  return runs;
}
