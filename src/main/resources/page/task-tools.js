/** The bar above the output: connection light, search, and what can be done with the output. */

import { deleteTask, logAddress } from './api.js';
import { confirmThen, menuButton, openDialog, openForm } from './dialogs.js';
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

  askLine() {
    const field = h('input', { id: 'line', type: 'number', min: '1', required: true, testid: 'line-number' });
    const dialog = openForm({
      title: 'Go to line',
      fields: [h('label', { for: 'line' }, 'Number of the line'), field],
      yes: 'Go',
      name: 'line',
      run: async () => {
        dialog.close();
        this.#actions.toLine(Number(field.value));
      },
    });
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
      ['list', 'Go to line…', 'go-to-line', () => this.askLine()],
      ['unfold', 'Open all groups', 'unfold-all', () => foldAll(false)],
      ['fold', 'Fold all groups', 'fold-all', () => foldAll(true)],
      ['copy', 'Copy all', 'copy-all', copyAll],
      ['download', 'Download text', 'download-text', saveText],
      ['download', 'Download whole log', 'download-log', saveLog],
      ['download', 'Download NDJSON', 'download-ndjson', saveEvents],
      ['terminal', 'How to publish', 'show-pipe', help],
      ['trash', 'Delete task…', 'delete', () => this.#askDelete(), 'danger'],
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

function toggle(drawing, text, label, testid, onclick) {
  const look = { 'aria-pressed': 'false', 'aria-label': label, title: label, testid };
  return h('button.button.toggle', { ...look, onclick }, icon(drawing), h('span.toggle-text', text));
}
