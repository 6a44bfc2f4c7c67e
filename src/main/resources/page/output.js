/**
 * The output of one task as a virtual list: of 200,000 lines only those on screen, and a few around them, are elements.
 *
 * Every row has the same height. With wrapping (the default on a phone) a line is cut into rows by counting characters, so
 * that the height of what isn't on screen is known without drawing it. While it follows, the list stays at its end.
 * Scrolling up lets go; scrolling to the end takes hold.
 */

import { cellsOf } from './cells.js';
import { h, icon, setText } from './dom.js';
import { DrawnRows } from './drawn-rows.js';
import { Folds } from './folds.js';
import { took } from './format.js';
import { LABEL_WIDTH } from './items.js';
import { FOLD_WIDTH, Layout } from './layout.js';
import { MOST_DRAWN, skippedText } from './lines.js';
import { isDark } from './settings.js';

const OVERSCAN = 24;
/** Characters of the time column: `12:03:04.056` and two blanks. */
const TIME_WIDTH = 14;
/** Characters of the numbers' column, with two blanks. */
const NUMBER_WIDTH = 9;
/** Characters drawn before and behind what is looked for in a very long line. */
const MOST_AFTER = 2000;
export const TO_END = 'Jump to the end';
/** Pixels above the first row and below the last. */
const MARGIN = 8;

export class Output {
  #lines;
  #folds;
  #layout;
  #drawn;
  #version = 0;
  #frame = 0;
  #lastTop = 0;
  #cell = { width: 8, height: 20 };
  following = true;
  #looks = {
    dark: isDark(),
    toggle: (number) => this.toggle(number),
    tookOf: () => null,
    pauseBefore: () => null,
    fold: (number) => this.#fold(number),
  };
  #onFollow;
  #resize;
  #stop = new AbortController();
  /** The part of the log that the lines are. @type {LogPart} */
  part;

  /**
   * @param {(from: number, to: number) => boolean} hasError whether an error is in lines from one up to another
   * @param {() => void} onFollow told when that changes, and when lines came
   */
  constructor(lines, hasError, onFollow) {
    this.#lines = lines;
    this.#folds = new Folds(lines, { mayCollapse: () => this.following, hasError });
    this.#layout = new Layout(lines, this.#folds);
    this.#looks.folds = this.#folds;
    this.#onFollow = onFollow;
    this.probe = h('span.probe', { 'aria-hidden': 'true' }, '0'.repeat(100));
    this.note = h('div.top-note', { testid: 'cut-note', hidden: true });
    this.sheet = h('div.sheet', this.note);
    const attributes = {
      id: 'output',
      testid: 'output',
      tabindex: '0',
      role: 'log',
      'aria-live': 'off',
      'aria-label': 'Output of the task',
      onscroll: () => this.#scrolled(),
      onwheel: (event) => this.#wheeled(event.deltaY),
      oncopy: (event) => this.#copy(event),
      onkeydown: (event) => this.#selectAll(event),
    };
    this.element = h('div.output', attributes, this.probe, this.sheet);
    this.#drawn = new DrawnRows(this.sheet, lines, this.#layout, this.#folds);
    this.#resize = new ResizeObserver(() => this.#measure());
    this.#resize.observe(this.element);
    const { signal } = this.#stop;
    document.addEventListener('selectionchange', () => this.#selected(), { signal });
    document.addEventListener('themechange', () => this.look({ dark: isDark() }), { signal });
  }

  /** To select text is to read it: it must not be scrolled away. */
  #selected() {
    if (this.#drawn.selectionChanged(document.getSelection()) && this.following) this.follow(false);
  }

  #copy(event) {
    this.#drawn.selectionChanged(document.getSelection());
    const text = this.#drawn.selectedText;
    if (text === null) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  }

  #selectAll(event) {
    if (event.key.toLowerCase() !== 'a' || !(event.ctrlKey || event.metaKey) || this.#lines.size === 0) return;
    event.preventDefault();
    this.#drawn.selectAll();
    this.follow(false);
  }

  /** The first and the last line on screen. */
  get screen() {
    const row = this.#scrollRow() + this.element.clientHeight / this.#cell.height;
    return { top: this.topLine, bottom: this.#layout.lineAt(Math.floor(row)) };
  }

  /** Shows lines that are made anew, with the one at the top where it was. */
  renew(change) {
    const top = this.topLine;
    const within = this.element.scrollTop - this.#layout.rowOf(top) * this.#cell.height;
    this.following = false;
    change();
    this.#layout.renewAll();
    this.#version++;
    const changed = this.#lines.line(top) ? this.#folds.reveal(top) : null;
    if (changed !== null) this.#layout.renew(changed);
    this.#size();
    this.#scrollTo(within + this.#layout.rowOf(top) * this.#cell.height);
    this.refresh();
  }

  /** It is no scrolling by a reader, who would follow at the end. */
  #scrollTo(top) {
    this.element.scrollTop = top;
    this.#lastTop = this.element.scrollTop;
  }

  get topLine() {
    return this.#layout.lineAt(Math.floor(this.#scrollRow()));
  }

  shows(number) {
    const row = this.#layout.rowOf(number) - this.#scrollRow();
    return number >= this.#lines.start && row >= 0 && row * this.#cell.height < this.element.clientHeight;
  }

  dispose() {
    this.#resize.disconnect();
    this.#stop.abort();
    cancelAnimationFrame(this.#frame);
  }

  /** Changes how rows look. @param {Looks} change */
  look(change) {
    this.#looks = { ...this.#looks, ...change };
    const before = (this.#looks.numbers ? NUMBER_WIDTH : 0) + (this.#looks.time ? TIME_WIDTH : 0);
    if (before !== this.#layout.before) {
      this.#layout.before = before;
      this.#layOut();
    }
    this.redraw();
  }

  get wrap() {
    return this.#layout.wrap;
  }

  set wrap(wrap) {
    this.#layout.wrap = wrap;
    this.#layOut();
  }

  /** Says something above the first line, or nothing. */
  setNote(text) {
    const before = this.#top();
    this.note.hidden = text === null;
    setText(this.note, text ?? '');
    const shift = this.#top() - before;
    if (shift === 0) return;
    this.#size();
    if (!this.following) this.element.scrollTop += shift;
    this.refresh();
  }

  follow(following) {
    // Where the end is not held it has to be asked for.
    if (following && !this.part.isLive) return this.part.toEnd().then((isThere) => isThere && this.follow(true));
    this.following = following;
    this.#onFollow();
    this.refresh();
  }

  /** Draws, in the next frame, lines that came or were cut off. */
  refresh() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  /** As {@link refresh}, and draws anew what is already there. */
  redraw() {
    this.#version++;
    this.refresh();
  }

  /** Opens or closes a line's JSON. */
  toggle(number) {
    const line = this.#lines.line(number);
    if (!line?.detail) return;
    line.open = !line.open;
    this.follow(false);
    this.#layout.renewLine(number);
    this.redraw();
  }

  #fold(number) {
    this.follow(false);
    this.#forgetCut();
    this.#take();
    this.#layout.renew(this.#folds.toggle(number));
    this.redraw();
  }

  foldAll(isCollapsed) {
    this.#folds.setAll(isCollapsed);
    this.#layOut();
  }

  /** Brings a match into the middle of the screen. */
  reveal({ line, offset, length = 0 }) {
    this.follow(false);
    const at = this.#lines.line(line);
    if (!at) return;
    this.#forgetCut();
    this.#take();
    const changed = this.#folds.reveal(line);
    if (changed !== null) {
      this.#layout.renew(changed);
      this.redraw();
    }
    this.#showPart(at, offset);
    this.#size();
    const { wrap } = this.#layout;
    const parts = this.#layout.partsOf(line);
    const index = Math.max(0, parts.findIndex(({ to }) => offset < to));
    const { clientHeight, clientWidth } = this.element;
    this.#scrollTo(this.#top() + (this.#layout.rowOf(line) + index) * this.#cell.height - clientHeight / 2);
    if (wrap) return;
    const group = this.#folds.headerAt(line) ? FOLD_WIDTH : 0;
    const begin = this.#layout.before + (at.kind === 'text' ? 0 : LABEL_WIDTH) + group + skippedText(at).length;
    const left = (begin + cellsOf(at.text.slice(parts[0].from, offset))) * this.#cell.width;
    const right = left + length * this.#cell.width;
    if (left < this.element.scrollLeft || right > this.element.scrollLeft + clientWidth - 40)
      this.element.scrollLeft = Math.max(0, right - clientWidth * 0.7);
  }

  /** Of a very long line another part is drawn. */
  #showPart(line, offset) {
    const { skip } = line;
    if (offset >= skip && offset < skip + MOST_DRAWN - MOST_AFTER) return;
    line.skip = Math.max(0, offset - MOST_AFTER);
    this.#lines.widen(line);
    this.#layout.renew(this.#lines.start);
    this.redraw();
  }

  /** Times of groups that grow go on; called now and then. */
  tick(now) {
    for (const element of this.sheet.querySelectorAll('.took[data-since]'))
      setText(element, took(now - Number(element.dataset.since)));
  }

  /** Scrolls as a key would a text area. */
  scrollBy(key) {
    const { width, height } = this.#cell;
    const page = this.element.clientHeight - 2 * height;
    const ways = {
      ArrowUp: [0, -3 * height],
      ArrowDown: [0, 3 * height],
      ArrowLeft: [-8 * width, 0],
      ArrowRight: [8 * width, 0],
      PageUp: [0, -page],
      PageDown: [0, page],
    };
    if (key === 'End') this.follow(true);
    else if (key === 'Home') {
      this.element.scrollTo(0, 0);
      if (this.part.hasEarlier) this.part.toStart();
    } else this.element.scrollBy(...ways[key]);
  }

  /** A turn of the wheel over something that lies on the output. */
  wheel(by) {
    this.#wheeled(by);
    this.element.scrollBy({ top: by });
  }

  /** A turn of the wheel that moves nothing, since one back followed at once or the end is reached, is no scrolling. */
  #wheeled(by) {
    if (by < 0 && (this.#canScroll() || this.part.hasEarlier)) this.follow(false);
    else if (by > 0 && !this.following && this.#isAtEnd()) this.follow(true);
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return this.part.isLive && scrollTop + clientHeight >= scrollHeight - this.#cell.height;
  }

  #scrolled() {
    const { scrollTop } = this.element;
    const atEnd = this.#isAtEnd();
    const by = scrollTop - this.#lastTop;
    this.#lastTop = scrollTop;
    if (atEnd && by > 0 && !this.following) this.follow(true);
    else if (!atEnd && by < -1 && this.following) this.follow(false);
    this.refresh();
  }

  #canScroll() {
    return this.element.scrollHeight > this.element.clientHeight;
  }

  #measure() {
    const { width, height } = this.probe.getBoundingClientRect();
    if (width === 0) return;
    this.#cell = { width: width / 100, height };
    const padding = parseFloat(getComputedStyle(this.sheet).paddingLeft) * 2;
    const columns = Math.max(0, Math.floor((this.element.clientWidth - padding) / this.#cell.width));
    if (columns !== this.#layout.columns) {
      this.#layout.columns = columns;
      this.#layOut();
    }
    this.refresh();
  }

  /** Counts the rows of all lines anew, and stays at the line that is at the top. */
  #layOut() {
    const top = this.topLine;
    this.#layout.renewAll();
    this.#version++;
    if (!this.following) {
      this.#size();
      this.element.scrollTop = this.#top() + this.#layout.rowOf(top) * this.#cell.height;
    }
    this.refresh();
  }

  #take() {
    this.#drawn.forget(this.#layout.rowOf(this.#layout.take()));
  }

  #top() {
    return MARGIN + (this.note.hidden ? 0 : this.#cell.height);
  }

  #scrollRow() {
    return Math.max(0, (this.element.scrollTop - this.#top()) / this.#cell.height);
  }

  #size() {
    const { width, height } = this.#cell;
    const { wrap, total, before } = this.#layout;
    const columns = this.#lines.widest + before + FOLD_WIDTH + 2;
    this.sheet.style.height = `${this.#top() + total * height + MARGIN}px`;
    this.sheet.style.minWidth = wrap ? '' : `${Math.ceil(columns * width)}px`;
  }

  #forgetCut() {
    const rows = this.#layout.forgetCut();
    if (rows === null) return;
    this.#version++;
    if (!this.following) this.element.scrollTop = Math.max(0, this.element.scrollTop - rows * this.#cell.height);
  }

  #draw() {
    this.#frame = 0;
    this.#forgetCut();
    this.#take();
    this.#size();
    // Where all fits on the screen there is no end to be away from.
    if (!this.following && !this.#canScroll() && this.part.isWhole) this.follow(true);
    if (this.following) this.element.scrollTop = this.element.scrollHeight;
    else this.#onFollow();
    this.#lastTop = this.element.scrollTop;
    this.#drawVisible();
  }

  #drawVisible() {
    const { height } = this.#cell;
    const first = Math.max(0, Math.floor(this.#scrollRow()) - OVERSCAN);
    const { total } = this.#layout;
    const last = Math.min(total, Math.ceil(this.#scrollRow() + this.element.clientHeight / height) + OVERSCAN);
    this.part.near(first, total - last);
    const top = this.#top();
    this.#drawn.draw(first, last, `${this.#version}/${top}`, this.#looks, (row) => top + row * height);
  }
}

export function jumpButton(output) {
  const onclick = () => output.follow(true);
  // The wheel is meant for what lies below.
  const onwheel = (event) => output.wheel(event.deltaY);
  return h('button.jump', { hidden: true, onclick, onwheel, testid: 'jump' }, icon('follow'), h('span', TO_END));
}
