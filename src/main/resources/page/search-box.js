/**
 * The search field over the output: count, next, previous. What is held is searched here, a longer log by the server.
 */

import { announce, h, icon, setText, stepButtons } from './dom.js';
import { count } from './format.js';
import { LogSearch, Search } from './search.js';

/** The server is not asked for each letter. */
const TYPING_MS = 200;

export class SearchBox {
  /** The one of the two that goes on. */
  #search;
  #held;
  #whole;
  #output;
  #lines;
  /** The part of the log that the lines are. @type {LogPart} */
  part = null;
  #frame = 0;
  /** The line that was on top when typing began: the search goes from there. */
  #origin = 0;
  #revealed = false;
  #timer = 0;

  /** @param {Lines} lines @param {Output} output @param {Function} ask has the server search */
  constructor(lines, output, ask) {
    this.#search = this.#held = new Search(lines);
    this.#whole = new LogSearch(lines, ask);
    this.#lines = lines;
    this.#output = output;
    this.input = h('input.search-input', {
      type: 'search',
      id: 'search',
      placeholder: 'Search',
      'aria-label': 'Search the output',
      autocomplete: 'off',
      spellcheck: 'false',
      testid: 'search',
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.status = h('span.search-count', { testid: 'search-count' });
    this.steps = stepButtons('match', 'Nn', 'search', (direction) => this.step(direction));
    this.element = h('div.search', { role: 'search' }, icon('search'), this.input, this.status, this.steps);
    this.#show();
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
    this.#whole.stop();
  }

  focus() {
    this.element.classList.add('open');
    this.input.focus();
    this.input.select();
  }

  /** @return {boolean} whether there was a search to end */
  close() {
    const had = this.#search.query !== '' || document.activeElement === this.input;
    this.input.value = '';
    this.element.classList.remove('open');
    this.#typed();
    if (had) this.#output.element.focus({ preventScroll: true });
    return had;
  }

  step(direction) {
    const match = this.#search.step(direction, this.#output.topLine);
    if (match) return this.#reveal(match);
  }

  /** Lines came, or were cut off. */
  linesChanged(start) {
    if (this.#search !== this.#held || this.#search.query === '') return;
    this.#search.dropBefore(start);
    this.#go();
  }

  #typed() {
    const query = this.input.value;
    if (this.#search.query === '') this.#origin = this.#output.topLine;
    this.#revealed = false;
    this.#held.start('');
    this.#whole.stop();
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#search = query === '' || this.part.isWhole ? this.#held : this.#whole;
    this.#output.look({ search: this.#search });
    if (this.#search === this.#whole) {
      this.#timer = setTimeout(() => this.#searchWhole(query), TYPING_MS);
      setText(this.status, '…');
      return;
    }
    this.#held.start(query);
    this.#go();
  }

  #searchWhole(query) {
    const origin = this.#lines.line(this.#origin)?.sequence ?? this.part.first;
    this.#whole.start(query, origin, () => {
      this.#show();
      if (!this.#revealed && this.#whole.count > 0) this.#revealFirst();
    });
  }

  /** Searches a slice a frame. */
  #go() {
    cancelAnimationFrame(this.#frame);
    this.#search.advance();
    this.#show();
    // Only once all is searched, lest it jump.
    if (!this.#revealed && this.#search.finished) this.#revealFirst();
    if (!this.#search.finished) this.#frame = requestAnimationFrame(() => this.#go());
  }

  /** Goes to the nearest match after where one was. */
  #revealFirst() {
    this.#revealed = true;
    const match = this.#search.step(1, this.#origin);
    if (match) this.#reveal(match);
    if (this.#search.query !== '') announce(`${this.status.textContent || 'No'} matches`);
  }

  async #reveal(match) {
    const { query } = this.#search;
    this.#show();
    if (this.#search === this.#whole) {
      if (!(await this.part.toEvent(match.sequence)) || this.#search.query !== query) return;
      match = this.#whole.place(match);
    }
    this.#output.reveal({ length: query.length, ...match });
    this.#output.redraw();
  }

  #show() {
    const { query, count: many, full, currentIndex, finished } = this.#search;
    const at = currentIndex >= 0 ? `${count(currentIndex + 1)} / ` : '';
    const none = finished ? 'No match' : '…';
    const more = full ? '+' : this.#search === this.#whole && !finished ? '…' : '';
    setText(this.status, query === '' ? '' : many === 0 ? none : `${at}${count(many)}${more}`);
    this.status.title = this.#search === this.#whole ? 'In the text of the whole log' : '';
    this.element.classList.toggle('none', query !== '' && many === 0 && finished);
    for (const button of this.steps) button.disabled = many === 0;
  }

  #key(event) {
    if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.close();
    else return;
    event.preventDefault();
  }
}
