/**
 * A line of text that comes in pieces, as a terminal would show it and as it was sent. No DOM.
 *
 * Carriage returns draw a line again, so only the last drawing is read again when pieces have come. A line that ends with
 * `\r\n` ends; it is not drawn again.
 */

import { read, tidy } from './ansi.js';

export class TextLine {
  #style;
  /** Drawings that a later one has replaced. */
  #replaced = '';
  #drawing = '';
  #end = '';
  /** The style that the next line begins with. */
  #next;

  /** @param {?Object} style what the line begins with (see ansi.js) */
  constructor(style) {
    this.#style = this.#next = style;
  }

  /** Characters that were sent. */
  get length() {
    return this.#replaced.length + this.#drawing.length;
  }

  get nextStyle() {
    return this.#next;
  }

  /** Costs no more than the piece, however long the line is. */
  add(piece) {
    this.#drawing += piece;
  }

  /** A line feed has come. */
  end() {
    this.#end = this.#drawing.endsWith('\r') ? '\r\n' : '\n';
    this.#drawing = this.#drawing.slice(0, this.#drawing.length + 1 - this.#end.length);
  }

  /** What is known of the line now: some members of a Line (see lines.js). */
  read() {
    const replaced = lengthReplaced(this.#drawing);
    this.#replaced += this.#drawing.slice(0, replaced);
    this.#drawing = this.#drawing.slice(replaced);
    const { text, rich, next } = readLine(this.#drawing, this.#style);
    this.#next = next;
    const isPlain = this.#replaced === '' && (rich ?? text) === this.#drawing;
    return { text, rich, style: this.#style, raw: isPlain ? null : this.#replaced + this.#drawing, end: this.#end };
  }
}

/**
 * @param {string} line without its end
 * @param {?Object} style what it begins with
 * @return {{text: string, rich: ?string, next: ?Object}} text and rich of a Line, and the style of the next line
 */
export function readLine(line, style) {
  const tidied = tidy(line);
  if (!style && !tidied.includes('\x1b')) return { text: tidied, rich: null, next: null };
  const { runs, style: next } = read(tidied, style);
  const text = runs.length === 1 ? runs[0].text : runs.map((run) => run.text).join('');
  return { text, rich: tidied, next };
}

/** How many characters stand before the last drawing that isn't empty. */
function lengthReplaced(line) {
  if (!line.includes('\r')) return 0;
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end--;
  return end === 0 ? 0 : line.lastIndexOf('\r', end - 1) + 1;
}
