/**
 * A notification of the system when a task is done, for one who asks for it.
 */

import { iconButton, toast } from './dom.js';
import { lifetime } from './format.js';

const NEEDS_HTTPS = 'Browsers show notifications only of pages that came over HTTPS.';
const DENIED =
  'This browser blocks notifications of this site. Allow them in its settings for the site, then try again.';

export class DoneNotice {
  #task = null;
  #isOn = false;

  constructor() {
    this.button = iconButton('bell', 'Notify me when it is done', {
      hidden: true,
      'aria-pressed': 'false',
      onclick: () => this.#toggle(),
      testid: 'notify',
    });
  }

  update(task) {
    const wasOpen = this.#task?.status === 'open';
    this.#task = task;
    this.button.hidden = task.status !== 'open';
    if (wasOpen && this.#isOn && task.status !== 'open') this.#notify();
  }

  async #toggle() {
    if (this.#isOn) return this.#show(false);
    const why = await refusal();
    if (why) toast(why, 'bad');
    else if (this.#task.status === 'open') {
      this.#show(true);
      toast('You will be notified when it is done, as long as this page is open.');
    }
  }

  #show(isOn) {
    this.#isOn = isOn;
    this.button.ariaPressed = isOn;
  }

  #notify() {
    const { id, title, status, finished } = this.#task;
    const took = finished ? `It took ${lifetime(this.#task)}.` : '';
    try {
      const notice = new Notification(`${title || id}: ${status}`, { body: took, tag: id, icon: 'page/favicon.svg' });
      notice.onclick = () => window.focus();
    } catch {
      // Some browsers of phones let only service workers notify.
      toast(`The task is ${status}.`);
    }
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
