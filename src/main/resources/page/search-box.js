/**
 * The search field over the output: count, next, previous.
 */

import { announce, h, icon, iconButton, setText } from './dom.js';
import { count } from './format.js';
import { Search } from './search.js';

export class SearchBox {
  #search;
  #output;
  #frame = 0;
  /** The line that one looked at when typing began: the search goes from there. */
  #origin = 0;
  #revealed = false;

  /** @param {import('./lines.js').Lines} lines @param {import('./output.js').Output} output */
  constructor(lines, output) {
    this.#search = new Search(lines);
    this.#output = output;
    this.input = h('input', {
      type: 'search',
      id: 'search',
      class: 'search-input',
      placeholder: 'Search',
      'aria-label': 'Search the output',
      autocomplete: 'off',
      spellcheck: 'false',
      'data-testid': 'search',
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.status = h('span', { class: 'search-count', 'data-testid': 'search-count' });
    this.previous = iconButton('up', 'Previous match (N)', {
      class: 'small',
      disabled: true,
      onclick: () => this.step(-1),
      'data-testid': 'search-previous',
    });
    this.next = iconButton('down', 'Next match (n)', {
      class: 'small',
      disabled: true,
      onclick: () => this.step(1),
      'data-testid': 'search-next',
    });
    this.element = h(
      'div',
      { class: 'search', role: 'search' },
      icon('search'),
      this.input,
      this.status,
      this.previous,
      this.next,
    );
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
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
    if (match) this.#reveal(match);
  }

  /** Lines came, or were cut off. */
  linesChanged(start) {
    if (this.#search.query === '') return;
    this.#search.dropBefore(start);
    this.#go();
  }

  #typed() {
    if (this.#search.query === '') this.#origin = this.#output.topLine;
    this.#revealed = false;
    this.#search.start(this.input.value);
    this.#output.look({ search: this.#search });
    this.#go();
  }

  /** Searches a slice a frame. */
  #go() {
    cancelAnimationFrame(this.#frame);
    this.#search.advance();
    this.#show();
    if (!this.#revealed && (this.#search.finished || this.#search.count > 0)) this.#revealFirst();
    if (!this.#search.finished) this.#frame = requestAnimationFrame(() => this.#go());
  }

  /** The nearest match after where one was; only once all before it is searched, lest it jump. */
  #revealFirst() {
    if (!this.#search.finished) return;
    this.#revealed = true;
    const match = this.#search.step(1, this.#origin);
    if (match) this.#reveal(match);
    if (this.#search.query !== '') announce(`${this.status.textContent || 'No'} matches`);
  }

  #reveal(match) {
    this.#output.reveal(match, this.#search.query);
    this.#output.redraw();
    this.#show();
  }

  #show() {
    const { query, count: many, full, currentIndex, finished } = this.#search;
    const at = currentIndex >= 0 ? `${count(currentIndex + 1)} / ` : '';
    const none = finished ? 'No match' : '…';
    setText(this.status, query === '' ? '' : many === 0 ? none : `${at}${count(many)}${full ? '+' : ''}`);
    this.element.classList.toggle('none', query !== '' && many === 0 && finished);
    this.previous.disabled = this.next.disabled = many === 0;
  }

  #key(event) {
    if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.close();
    else return;
    event.preventDefault();
  }
}
