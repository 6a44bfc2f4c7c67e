/**
 * The head of one task's view: what it is, how it stands, and the buttons that ask it to stop, and to be told when it is
 * done.
 */

import { cancelTask, serverNow } from './api.js';
import { confirmThen } from './dialogs.js';
import { copy, h, icon, iconButton, replace, setText, toast } from './dom.js';
import { ago, full, lifetime, plural } from './format.js';
import { labelChips, statusChip } from './status.js';

export class TaskHead {
  #task = null;
  #asked = false;

  constructor(id) {
    this.title = h('h1', { tabindex: '-1', testid: 'task-title' }, id);
    this.status = h('span.head-status');
    this.facts = h('p.head-facts', { testid: 'task-facts' });
    this.labels = h('span.head-labels');
    this.cancelText = h('span', 'Cancel task');
    const cancel = { hidden: true, onclick: () => this.#askCancel(), testid: 'cancel' };
    const cancelLabel = { 'aria-label': 'Cancel task', title: 'Cancel task' };
    this.cancel = h('button.button', { ...cancel, ...cancelLabel }, icon('stop'), this.cancelText);
    this.notify = iconButton('bell', 'Notify me when it is done', {
      hidden: true,
      'aria-pressed': 'false',
      onclick: () => this.#toggleNotice(),
      testid: 'notify',
    });
    const onclick = () => copy(id, 'Id copied.');
    const copyId = iconButton('copy', 'Copy the task’s id', { class: 'small', onclick });
    const back = { href: '#/', 'aria-label': 'All tasks', title: 'All tasks' };
    this.element = h('header.task-head', [
      h('a.icon-button', back, icon('back')),
      h('div.head-main', [
        h('div.head-line', this.title, this.status),
        h('div.head-sub', h('span.head-id', h('code', id), copyId), this.labels, this.facts),
      ]),
      this.notify,
      this.cancel,
    ]);
  }

  update(task) {
    const before = this.#task;
    this.#task = task;
    setText(this.title, task.title || task.id);
    this.element.classList.toggle('untitled', !task.title);
    if (before?.status !== task.status) replace(this.status, statusChip(task.status));
    if (JSON.stringify(before?.labels) !== JSON.stringify(task.labels)) replace(this.labels, labelChips(task.labels));
    this.cancel.hidden = this.notify.hidden = task.status !== 'open';
    const isDone = before?.status === 'open' && task.status !== 'open';
    if (isDone && this.notify.ariaPressed === 'true') notifyOf(task);
    this.tick();
  }

  /** Times go on; called now and then. */
  tick() {
    const task = this.#task;
    if (!task) return;
    const facts = [`Created ${ago(task.created, serverNow())}`, plural(task.events ?? 0, 'event')];
    if (task.finished) facts.splice(1, 0, `took ${lifetime(task)}`);
    else facts.push(plural(task.viewers ?? 0, 'viewer'));
    setText(this.facts, facts.join(' · '));
    this.facts.title = `Created ${full(task.created)}`;
  }

  /** The server does not know the task any more. */
  gone() {
    this.cancel.hidden = true;
    replace(this.status, h('span.chip.chip-muted', 'Deleted'));
  }

  /** A cancel was asked for, here or elsewhere. */
  cancelAsked() {
    if (this.#asked) return;
    this.#asked = true;
    setText(this.cancelText, 'Cancel requested');
    this.cancel.ariaLabel = 'Cancel requested';
    this.cancel.title = 'The producer was asked to stop';
    this.cancel.disabled = true;
  }

  async #toggleNotice() {
    const isWanted = this.notify.ariaPressed === 'false';
    const why = isWanted && (await refusal());
    if (why) return toast(why, 'bad');
    if (isWanted && this.#task.status !== 'open') return;
    this.notify.ariaPressed = isWanted;
    if (isWanted) toast('You will be notified when it is done, as long as this page is open.');
  }

  #askCancel() {
    const { id, title } = this.#task;
    confirmThen({
      title: 'Cancel this task?',
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

const NEEDS_HTTPS = 'Browsers show notifications only of pages that came over HTTPS.';
const DENIED =
  'This browser blocks notifications of this site. Allow them in its settings for the site, then try again.';

function notifyOf(task) {
  const { id, title, status } = task;
  const body = task.finished ? `It took ${lifetime(task)}.` : '';
  try {
    const notice = new Notification(`${title || id}: ${status}`, { body, tag: id, icon: 'page/favicon.svg' });
    notice.onclick = () => window.focus();
  } catch {
    // Some browsers of phones let only service workers notify.
    toast(`The task is ${status}.`);
  }
}

/** @return {Promise<?string>} why the browser shows no notifications; null if it does */
async function refusal() {
  if (!window.isSecureContext) return NEEDS_HTTPS;
  if (!('Notification' in window)) return 'This browser has no notifications.';
  const answer = await Notification.requestPermission();
  if (answer === 'granted') return null;
  return answer === 'denied' ? DENIED : 'Notifications were not allowed.';
}
