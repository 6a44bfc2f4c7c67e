/** How many lines are errors and warnings, and the buttons that go from one to the next. */

import { announce, h, setText, stepButtons } from './dom.js';
import { count, plural } from './format.js';
import { Faults } from './faults.js';

export class FaultsBox {
  #lines;
  #output;
  /** The line that one has gone to, if any. */
  #current = null;
  /** The part of the log that the lines are. @type {LogPart} */
  part;

  constructor(lines, output) {
    this.#lines = lines;
    this.#output = output;
    this.faults = new Faults(lines);
    this.errors = badge('bad', 'First error (!)', 'errors', () => this.first());
    const buttons = stepButtons('error', 'Ee', 'error', (direction) => this.step(direction));
    this.steps = h('span.faults-steps', { hidden: true }, buttons);
    this.warnings = badge('warn', 'Next warning', 'warnings', () => this.#step('warning', 1));
    this.element = h('div.faults', { hidden: true }, this.errors, this.steps, this.warnings);
  }

  /** Lines came, or were cut off. */
  linesChanged() {
    this.faults.take();
    const errors = this.faults.count('error');
    const warnings = this.faults.count('warning');
    this.element.hidden = errors + warnings === 0;
    this.errors.hidden = this.steps.hidden = errors === 0;
    this.warnings.hidden = warnings === 0;
    const where = this.part.isWhole ? '' : ' in this part';
    setText(this.errors, plural(errors, 'error') + where);
    setText(this.warnings, plural(warnings, 'warning') + where);
  }

  first() {
    this.#goTo('error', this.faults.first('error'));
  }

  /** To the next error, or for -1 the one before: from the one that one is at, or from what is on the screen. */
  step(direction) {
    this.#step('error', direction);
  }

  #step(kind, direction) {
    const { topLine } = this.#output;
    const isThere = this.#current !== null && this.#output.shows(this.#current);
    const from = isThere ? this.#current : direction > 0 ? topLine - 1 : topLine;
    this.#goTo(kind, direction > 0 ? this.faults.next(kind, from) : this.faults.previous(kind, from));
  }

  #goTo(kind, number) {
    if (number === null) return;
    this.#current = number;
    this.#output.look({ faults: this.look });
    this.#output.reveal({ line: number, offset: 0 });
    const which = `${count(this.faults.indexOf(kind, number) + 1)} of ${count(this.faults.count(kind))}`;
    announce(`${NAMES[kind]} ${which}: ${this.#lines.line(number).text.slice(0, 200)}`);
  }

  /** What rows show of it. */
  get look() {
    return { of: (line) => this.faults.of(line), current: this.#current };
  }
}

const NAMES = { error: 'Error', warning: 'Warning' };

function badge(tone, title, testid, onclick) {
  return h('button.badge', { class: `badge-${tone}`, hidden: true, title, onclick, testid });
}
