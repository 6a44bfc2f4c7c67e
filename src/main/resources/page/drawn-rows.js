/**
 * The rows that are elements: those on screen and around it, those that a selection begins and ends in, and the one that
 * has the focus.
 *
 * A browser's selection and its focus end with their elements. So they are remembered by lines and characters, and set
 * again when elements were made anew; what is copied is taken from the lines.
 */

import { textBetween } from './lines.js';
import { drawRow } from './row.js';

/** @typedef {{line: number, offset: number}} Place a line and a character of its text; -1 is before its label */

export class DrawnRows {
  #sheet;
  #lines;
  #layout;
  #folds;
  #rows = new Map();
  #stamp = '';
  #staleFrom = Infinity;
  /** Where the selection begins and ends. @type {?{anchor: Place, focus: Place}} */
  #selected = null;
  /** What is to be selected with the next drawing. */
  #wanted = null;

  /** @param {HTMLElement} sheet that they are put into */
  constructor(sheet, lines, layout, folds) {
    this.#sheet = sheet;
    this.#lines = lines;
    this.#layout = layout;
    this.#folds = folds;
  }

  /** From a row on, lines have changed. */
  forget(row) {
    this.#staleFrom = Math.min(this.#staleFrom, row);
  }

  /**
   * Draws the rows from `first` up to `last`, without that; all anew if the stamp is another than before.
   * @param {Looks} looks
   * @param {(row: number) => number} topOf pixels
   */
  draw(first, last, stamp, looks, topOf) {
    // The event of a change comes later than the change.
    if (this.#wanted) this.#selected = this.#wanted;
    else this.selectionChanged(document.getSelection());
    this.#wanted = null;
    const focused = this.#focused();
    const pinned = this.#pinned(focused);
    const isPinned = (row) => pinned.some(([from, to]) => row >= from && row < to);
    const isStale = stamp !== this.#stamp;
    for (const [row, element] of this.#rows) {
      if (!isStale && row < this.#staleFrom && ((row >= first && row < last) || isPinned(row))) continue;
      element.remove();
      this.#rows.delete(row);
    }
    this.#stamp = stamp;
    this.#staleFrom = Infinity;
    for (const [from, to] of [[first, last], ...pinned])
      for (let row = from; row < to;) row = this.#drawLineAt(row, to, looks, topOf);
    this.#insert();
    if (focused && !focused.element.isConnected)
      this.#sheet.querySelector(`[data-line="${focused.line}"] .${focused.name}`)?.focus({ preventScroll: true });
    this.#select();
  }

  /** Draws a row and those behind it of the same line. @return {number} the first row of the next line */
  #drawLineAt(row, last, looks, topOf) {
    const number = this.#layout.lineAt(row);
    const begin = this.#layout.rowOf(number);
    const next = this.#layout.endOf(number);
    let parts = null;
    for (let at = row; at < Math.min(next, last); at++) {
      if (this.#rows.has(at)) continue;
      parts ??= this.#layout.partsOf(number);
      const element = drawRow(this.#lines.line(number), number, parts[at - begin], looks);
      element.style.top = `${topOf(at)}px`;
      this.#rows.set(at, element);
    }
    return next;
  }

  /** Elements are in the order of their rows, for selections and screen readers. */
  #insert() {
    let next = null;
    for (const row of [...this.#rows.keys()].sort((one, other) => other - one)) {
      const element = this.#rows.get(row);
      if (!element.isConnected) this.#sheet.insertBefore(element, next);
      next = element;
    }
  }

  /** The button or link with the focus. @return {?{element: Element, line: number, name: string}} */
  #focused() {
    const element = document.activeElement;
    const row = this.#sheet.contains(element) ? element.closest('.row') : null;
    return row && { element, line: Number(row.dataset.line), name: element.classList[0] };
  }

  /** The rows, from and to, of the lines with the ends of the selection and with the focus. */
  #pinned(focused) {
    return [...Object.values(this.#selected ?? {}), focused]
      .filter(Boolean)
      .filter(({ line }) => this.#lines.line(line) && !this.#folds.isHidden(line))
      .map(({ line }) => [this.#layout.rowOf(line), this.#layout.endOf(line)]);
  }

  /** The browser has another selection. @return {boolean} whether something of the lines is selected */
  selectionChanged(selection) {
    const isOwn = !selection.isCollapsed && this.#sheet.contains(selection.anchorNode);
    const [anchor, focus] = isOwn ? placesOf(selection) : [];
    this.#selected = anchor && focus ? { anchor, focus } : null;
    return isOwn;
  }

  selectAll() {
    const line = this.#lines.end - 1;
    const { length } = this.#lines.line(line).text;
    this.#wanted = { anchor: { line: this.#lines.start, offset: -1 }, focus: { line, offset: length } };
  }

  /** What is selected of the lines; null if nothing is. */
  get selectedText() {
    if (!this.#selected) return null;
    const inOrder = (one, other) => one.line - other.line || one.offset - other.offset;
    const [from, to] = Object.values(this.#selected).sort(inOrder);
    return textBetween(this.#lines, from, to, (number) => this.#folds.isHidden(number));
  }

  /** Selects again what was selected, if the browser has lost it with its elements. */
  #select() {
    if (!this.#selected) return;
    const selection = document.getSelection();
    const { anchor, focus } = this.#selected;
    const [anchorThere, focusThere] = placesOf(selection);
    if (isSame(anchor, anchorThere) && isSame(focus, focusThere)) return;
    const [begin, end] = [anchor, focus].map((place) => this.#pointOf(place));
    if (begin && end) selection.setBaseAndExtent(...begin, ...end);
  }

  /** @return {?[Node, number]} a place in the document */
  #pointOf({ line, offset }) {
    const rows = [...this.#sheet.querySelectorAll(`.row[data-line="${line}"]`)];
    const row = rows.findLast((each) => Number(each.dataset.from ?? NaN) <= Math.max(0, offset)) ?? rows[0];
    const text = row?.querySelector('.text');
    if (!text) return null;
    if (offset < 0) return [row, 0];
    let rest = offset - Number(row.dataset.from);
    const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (rest <= node.length) return [node, Math.max(0, rest)];
      rest -= node.length;
    }
    return [text, text.childNodes.length];
  }
}

function isSame(one, other) {
  return other !== null && one.line === other.line && one.offset === other.offset;
}

/** Where a selection begins and ends. */
function placesOf({ anchorNode, anchorOffset, focusNode, focusOffset }) {
  return [placeOf(anchorNode, anchorOffset), placeOf(focusNode, focusOffset)];
}

/** @return {?Place} null for a place outside the rows' text, label and numbers */
function placeOf(node, offset) {
  const row = (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest('.row');
  const text = row?.querySelector('.text');
  if (!row || row.dataset.from === undefined) return null;
  const line = Number(row.dataset.line);
  const range = document.createRange();
  range.selectNodeContents(text);
  const side = range.comparePoint(node, offset);
  if (side < 0) return { line, offset: Number(row.dataset.from) === 0 ? -1 : Number(row.dataset.from) };
  if (side === 0) range.setEnd(node, offset);
  return { line, offset: Number(row.dataset.from) + range.toString().length };
}
