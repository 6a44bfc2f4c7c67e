/**
 * The head of one task's view: what it is, how it stands, and the button that asks it to stop.
 */

import { cancelTask } from './api.js';
import { confirmThen } from './dialogs.js';
import { DoneNotice } from './done-notice.js';
import { copyText, h, icon, iconButton, replace, setText, toast } from './dom.js';
import { ago, duration, full, millis, plural } from './format.js';
import { labelChips, statusChip } from './status.js';

export class TaskHead {
  #task = null;
  #asked = false;
  #notice = new DoneNotice();

  constructor(id) {
    this.title = h('h1', { tabindex: '-1', 'data-testid': 'task-title' }, id);
    this.status = h('span', { class: 'head-status' });
    this.facts = h('p', { class: 'head-facts', 'data-testid': 'task-facts' });
    this.labels = h('span', { class: 'head-labels' });
    this.cancel = h(
      'button',
      {
        type: 'button',
        class: 'button',
        hidden: true,
        'aria-label': 'Cancel task',
        title: 'Cancel task',
        onclick: () => this.#askCancel(),
        'data-testid': 'cancel',
      },
      icon('stop'),
      h('span', null, 'Cancel task'),
    );
    const copy = iconButton('copy', 'Copy the task’s id', {
      class: 'small',
      onclick: () =>
        copyText(id).then(() => toast('Id copied.'), (error) => toast(error.message, 'bad')),
    });
    this.element = h(
      'header',
      { class: 'task-head' },
      h('a', { class: 'icon-button', href: '#/', 'aria-label': 'All tasks', title: 'All tasks' }, icon('back')),
      h(
        'div',
        { class: 'head-main' },
        h('div', { class: 'head-line' }, this.title, this.status),
        h(
          'div',
          { class: 'head-sub' },
          h('span', { class: 'head-id' }, h('code', null, id), copy),
          this.labels,
          this.facts,
        ),
      ),
      this.#notice.button,
      this.cancel,
    );
  }

  update(task) {
    const before = this.#task;
    this.#task = task;
    setText(this.title, task.title || task.id);
    this.element.classList.toggle('untitled', !task.title);
    if (before?.status !== task.status) replace(this.status, statusChip(task.status));
    if (JSON.stringify(before?.labels) !== JSON.stringify(task.labels)) replace(this.labels, labelChips(task.labels));
    this.cancel.hidden = task.status !== 'open';
    this.#notice.update(task);
    this.tick();
  }

  /** Times go on; called now and then. */
  tick() {
    const task = this.#task;
    if (!task) return;
    const facts = [`Created ${ago(task.created, Date.now())}`, plural(task.events ?? 0, 'event')];
    if (task.finished) facts.splice(1, 0, `took ${duration(millis(task.finished) - millis(task.created))}`);
    else facts.push(plural(task.viewers ?? 0, 'viewer'));
    setText(this.facts, facts.join(' · '));
    this.facts.title = `Created ${full(task.created)}`;
  }

  /** The server does not know the task any more. */
  gone() {
    this.cancel.hidden = true;
    replace(this.status, h('span', { class: 'chip chip-muted' }, 'Deleted'));
  }

  /** A cancel was asked for, here or elsewhere. */
  cancelAsked() {
    if (this.#asked) return;
    this.#asked = true;
    setText(this.cancel.querySelector('span'), 'Cancel requested');
    this.cancel.setAttribute('aria-label', 'Cancel requested');
    this.cancel.title = 'The producer was asked to stop';
    this.cancel.disabled = true;
  }

  #askCancel() {
    const { id, title } = this.#task;
    confirmThen({
      title: 'Cancel this task?',
      danger: true,
      yes: 'Cancel the task',
      no: 'Keep it running',
      text:
        `The producer of “${title || id}” is asked to stop. It decides whether and when: ` +
        'a producer that does not watch its task goes on.',
      run: async () => {
        await cancelTask(id);
        this.cancelAsked();
        toast('The producer was asked to stop.');
      },
    });
  }
}
