/**
 * The bar above the output: connection light, search, and what can be done with the output.
 */

import { deleteTask, logAddress } from './api.js';
import { confirmThen, menuButton, openDialog } from './dialogs.js';
import { announce, copyText, h, icon, replace, saveAs, saveFrom, setText, toast } from './dom.js';
import { count, plural } from './format.js';
import { lightOf, spokenLight } from './light.js';
import { pipeHelp } from './pipe.js';

export class TaskTools {
  #id;
  #lines;
  #actions;
  #lightName = '';

  /**
   * @param {string} id the task's
   * @param {{search: HTMLElement, faults: HTMLElement}} parts shown in the bar
   * @param {Object} actions a function for each button and entry; `prefix()` gives what copies put before a line
   */
  constructor(id, lines, { search, faults }, actions) {
    this.#id = id;
    this.#lines = lines;
    this.#actions = actions;
    this.lightText = h('span', { class: 'light-text' });
    this.light = h(
      'div',
      { class: 'light', 'data-testid': 'light', 'data-state': '' },
      h('span', { class: 'lamp', 'aria-hidden': 'true' }),
      this.lightText,
    );
    this.retry = h(
      'button',
      { type: 'button', class: 'button small', hidden: true, onclick: actions.reconnect, 'data-testid': 'reconnect' },
      'Retry now',
    );
    this.dropped = h('button', {
      type: 'button',
      class: 'badge badge-warn',
      hidden: true,
      onclick: actions.lastMark,
      'data-testid': 'dropped',
      title: 'Show where',
    });
    this.follow = toggle('follow', 'Follow', 'Follow the end (f)', 'follow', actions.follow);
    this.numbers = toggle('list', 'Numbers', 'Show line numbers (l)', 'numbers', actions.numbers);
    this.times = toggle('clock', 'Times', 'Show times: of the day, elapsed, none (t)', 'times', actions.times);
    this.wrap = toggle('wrap', 'Wrap', 'Wrap long lines (w)', 'wrap', actions.wrap);
    this.element = h(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': 'Output' },
      h('div', { class: 'tools-state' }, this.light, this.retry, this.dropped, faults),
      search,
      h('div', { class: 'tools-buttons' }, this.follow, this.numbers, this.times, this.wrap, this.#menu()),
    );
  }

  /** @param {State} state */
  showLight(state) {
    const now = performance.now();
    const { name, tone, label, hint } = lightOf(state, now);
    setText(this.lightText, label);
    this.light.className = `light light-${tone}`;
    this.light.dataset.state = name;
    this.light.title = hint;
    this.retry.hidden = name !== 'reconnecting';
    this.dropped.hidden = state.dropped === 0;
    setText(this.dropped, `${count(state.dropped)} dropped`);
    if (name !== this.#lightName) announce(spokenLight(state, now));
    this.#lightName = name;
  }

  /** `times` is off, on or elapsed. */
  showToggles({ following, numbers, times, wrap }) {
    this.follow.setAttribute('aria-pressed', String(following));
    this.numbers.setAttribute('aria-pressed', String(numbers));
    this.times.setAttribute('aria-pressed', String(times !== 'off'));
    setText(this.times.lastChild, times === 'elapsed' ? 'Elapsed' : 'Times');
    this.wrap.setAttribute('aria-pressed', String(wrap));
  }

  /** Asks for the number of a line, and goes there. */
  askLine() {
    const field = h('input', { id: 'line', type: 'number', min: '1', required: true, 'data-testid': 'line-number' });
    const go = h('button', { type: 'submit', class: 'button primary', 'data-testid': 'line-go' }, 'Go');
    const onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      this.#actions.toLine(Number(field.value));
    };
    const label = h('label', { for: 'line' }, 'Number of the line');
    const form = h('form', { class: 'form', onsubmit }, label, field, h('div', { class: 'dialog-actions' }, go));
    const dialog = openDialog({ title: 'Go to line', body: [form], testid: 'line-dialog' });
    field.focus();
  }

  #menu() {
    return menuButton('More', [
      { icon: 'list', label: 'Go to line…', testid: 'go-to-line', run: () => this.askLine() },
      { icon: 'unfold', label: 'Open all groups', testid: 'unfold-all', run: () => this.#actions.foldAll(false) },
      { icon: 'fold', label: 'Fold all groups', testid: 'fold-all', run: () => this.#actions.foldAll(true) },
      { icon: 'copy', label: 'Copy all', testid: 'copy-all', run: () => this.#copy() },
      { icon: 'download', label: 'Download text', testid: 'download-text', run: () => this.#save('txt') },
      {
        icon: 'download',
        label: 'Download whole log',
        testid: 'download-log',
        run: () => saveFrom(logAddress(this.#id), `${this.#id}.log`),
      },
      { icon: 'download', label: 'Download NDJSON', testid: 'download-ndjson', run: () => this.#save('ndjson') },
      {
        icon: 'terminal',
        label: 'How to publish',
        testid: 'show-pipe',
        run: () =>
          openDialog({ title: 'Publish into this task', body: pipeHelp(this.#id), testid: 'pipe-dialog', wide: true }),
      },
      { icon: 'trash', label: 'Delete task…', testid: 'delete', danger: true, run: () => this.#askDelete() },
    ]);
  }

  async #copy() {
    try {
      await copyText(this.#lines.toText(this.#actions.prefix()).join(''));
      toast(`${plural(this.#lines.size, 'line')} copied.`);
    } catch (error) {
      toast(error.message, 'bad');
    }
  }

  #save(kind) {
    if (kind === 'txt') saveAs(`${this.#id}.txt`, 'text/plain;charset=utf-8', this.#lines.toSentText());
    else saveAs(`${this.#id}.ndjson`, 'application/x-ndjson', this.#lines.toNdjson());
  }

  #askDelete() {
    confirmThen({
      title: 'Delete this task?',
      danger: true,
      yes: 'Delete the task',
      no: 'Keep it',
      text: 'Its events are deleted and all viewers are disconnected. This can’t be undone.',
      run: async () => {
        await deleteTask(this.#id);
        toast('The task was deleted.');
        location.hash = '#/';
      },
    });
  }
}

/** A button that stays pressed. */
function toggle(drawing, text, label, testid, run) {
  const button = h('button', {
    type: 'button',
    class: 'button toggle',
    'aria-pressed': 'false',
    'aria-label': label,
    title: label,
    onclick: run,
    'data-testid': testid,
  });
  replace(button, icon(drawing), h('span', { class: 'toggle-text' }, text));
  return button;
}
