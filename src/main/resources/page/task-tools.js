/** The bar above the output: connection light, search, and what can be done with the output. */

import { deleteTask, logAddress } from './api.js';
import { confirmThen, menuButton, openDialog } from './dialogs.js';
import { announce, copy, h, icon, saveAs, saveFrom, setText, toast } from './dom.js';
import { count, plural } from './format.js';
import { spoken } from './light.js';
import { pipeHelp } from './pipe.js';
import { Light } from './status.js';

export class TaskTools {
  #id;
  #lines;
  #actions;
  #light = new Light();
  #said = '';

  /**
   * @param {{search: HTMLElement, faults: HTMLElement}} parts shown in the bar
   * @param {Object} actions a function for each button and entry; `prefix()` gives what copies put before a line
   */
  constructor(id, lines, { search, faults }, actions) {
    this.#id = id;
    this.#lines = lines;
    this.#actions = actions;
    const retry = { hidden: true, onclick: actions.reconnect, testid: 'reconnect' };
    this.retry = h('button.button.small', retry, 'Retry now');
    this.dropped = h('button.badge.badge-warn', {
      hidden: true,
      onclick: actions.lastMark,
      testid: 'dropped',
      title: 'Show where',
    });
    this.follow = toggle('follow', 'Follow', 'Follow the end (f)', 'follow', actions.follow);
    this.numbers = toggle('list', 'Numbers', 'Show line numbers (l)', 'numbers', actions.numbers);
    this.times = toggle('clock', 'Times', 'Show times: of the day, elapsed, none (t)', 'times', actions.times);
    this.wrap = toggle('wrap', 'Wrap', 'Wrap long lines (w)', 'wrap', actions.wrap);
    this.element = h('div.tools', { role: 'toolbar', 'aria-label': 'Output' }, [
      h('div.tools-state', this.#light.element, this.retry, this.dropped, faults),
      search,
      h('div.tools-buttons', this.follow, this.numbers, this.times, this.wrap, this.#menu()),
    ]);
  }

  /** @param {State} state */
  showLight(state) {
    const light = this.#light.show(state);
    this.retry.hidden = light.name !== 'reconnecting';
    this.dropped.hidden = state.dropped === 0;
    setText(this.dropped, `${count(state.dropped)} dropped`);
    const said = spoken(light);
    if (said !== this.#said) announce(said);
    this.#said = said;
  }

  /** `times` is off, on or elapsed. */
  showToggles({ following, numbers, times, wrap }) {
    this.follow.ariaPressed = following;
    this.numbers.ariaPressed = numbers;
    this.times.ariaPressed = times !== 'off';
    setText(this.times.lastChild, times === 'elapsed' ? 'Elapsed' : 'Times');
    this.wrap.ariaPressed = wrap;
  }

  /** Asks for the number of a line, and goes there. */
  askLine() {
    const field = h('input', { id: 'line', type: 'number', min: '1', required: true, testid: 'line-number' });
    const go = h('button.button.primary', { type: 'submit', testid: 'line-go' }, 'Go');
    const onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      this.#actions.toLine(Number(field.value));
    };
    const label = h('label', { for: 'line' }, 'Number of the line');
    const form = h('form.form', { onsubmit }, label, field, h('div.dialog-actions', go));
    const dialog = openDialog({ title: 'Go to line', body: [form], testid: 'line-dialog' });
    field.focus();
  }

  #menu() {
    const id = this.#id;
    const { foldAll, prefix } = this.#actions;
    const copyAll = () => copy(this.#lines.toText(prefix()).join(''), `${plural(this.#lines.size, 'line')} copied.`);
    const saveText = () => saveAs(`${id}.txt`, 'text/plain;charset=utf-8', this.#lines.toSentText());
    const saveEvents = () => saveAs(`${id}.ndjson`, 'application/x-ndjson', this.#lines.toNdjson());
    const saveLog = () => saveFrom(logAddress(id), `${id}.log`);
    const help = () =>
      openDialog({ title: 'Publish into this task', body: pipeHelp(id), testid: 'pipe-dialog', wide: true });
    return menuButton('More', [
      { icon: 'list', label: 'Go to line…', testid: 'go-to-line', run: () => this.askLine() },
      { icon: 'unfold', label: 'Open all groups', testid: 'unfold-all', run: () => foldAll(false) },
      { icon: 'fold', label: 'Fold all groups', testid: 'fold-all', run: () => foldAll(true) },
      { icon: 'copy', label: 'Copy all', testid: 'copy-all', run: copyAll },
      { icon: 'download', label: 'Download text', testid: 'download-text', run: saveText },
      { icon: 'download', label: 'Download whole log', testid: 'download-log', run: saveLog },
      { icon: 'download', label: 'Download NDJSON', testid: 'download-ndjson', run: saveEvents },
      { icon: 'terminal', label: 'How to publish', testid: 'show-pipe', run: help },
      { icon: 'trash', label: 'Delete task…', testid: 'delete', danger: true, run: () => this.#askDelete() },
    ]);
  }

  #askDelete() {
    confirmThen({
      title: 'Delete this task?',
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
function toggle(drawing, text, label, testid, onclick) {
  const look = { 'aria-pressed': 'false', 'aria-label': label, title: label, testid };
  return h('button.button.toggle', { ...look, onclick }, icon(drawing), h('span.toggle-text', text));
}
