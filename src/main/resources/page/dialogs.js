/**
 * Dialogs and the menu, on the browser's own `<dialog>`, which keeps the focus inside, closes with Escape and gives the
 * focus back.
 */

import { h, icon, iconButton, replace } from './dom.js';

let counter = 0;

/**
 * Opens a dialog. It is removed when it closes.
 * @param {{title: string, body: Node[], actions: Node[], testid: string, wide: boolean}} parts
 * @return {HTMLDialogElement}
 */
export function openDialog({ title, body, actions = [], testid, wide = false }) {
  const titleId = `dialog-title-${++counter}`;
  const close = iconButton('close', 'Close', {
    class: 'dialog-close',
    onclick: () => dialog.close(),
    'data-testid': 'dialog-close',
  });
  const dialog = h(
    'dialog',
    { class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': titleId, 'data-testid': testid },
    h('header', { class: 'dialog-head' }, h('h2', { id: titleId }, title), close),
    h('div', { class: 'dialog-body' }, body),
    actions.length > 0 && h('footer', { class: 'dialog-actions' }, actions),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something is done; does it in the dialog, so that an error is shown where one looks.
 * @param {{title: string, text: string, yes: string, no: string, danger: boolean, run: () => Promise<void>}} question
 */
export function confirmThen({ title, text, yes, no, danger = false, run }) {
  const error = h('p', { class: 'field-error', role: 'alert', hidden: true });
  const doIt = async () => {
    go.disabled = true;
    error.hidden = true;
    try {
      await run();
      dialog.close();
    } catch (failure) {
      error.hidden = false;
      replace(error, failure.message);
      go.disabled = false;
    }
  };
  const go = h(
    'button',
    { type: 'button', class: danger ? 'button danger' : 'button primary', onclick: doIt, 'data-testid': 'confirm-yes' },
    yes,
  );
  const stay = h(
    'button',
    { type: 'button', class: 'button', onclick: () => dialog.close(), 'data-testid': 'confirm-no' },
    no,
  );
  const dialog = openDialog({ title, body: [h('p', null, text), error], actions: [stay, go], testid: 'confirm' });
  stay.focus();
  return dialog;
}

/**
 * A button that opens a menu.
 * @param {string} label the button's name
 * @param {{icon: string, label: string, testid: string, danger?: boolean, run: () => void}[]} entries
 */
export function menuButton(label, entries) {
  const id = `menu-${++counter}`;
  const items = entries.map((entry) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: '-1',
        class: entry.danger ? 'menu-item danger' : 'menu-item',
        'data-testid': entry.testid,
        onclick: () => {
          close(true);
          entry.run();
        },
      },
      icon(entry.icon),
      entry.label,
    ),
  );
  const menu = h(
    'div',
    { class: 'menu', role: 'menu', id, 'aria-label': label, hidden: true, onkeydown: onKey },
    items,
  );
  const button = iconButton('more', label, {
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    'aria-controls': id,
    'data-testid': 'menu-button',
    onclick: () => (menu.hidden ? open() : close(true)),
    onkeydown: (event) => {
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        open();
      }
    },
  });

  function open() {
    menu.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    items[0].focus();
    document.addEventListener('pointerdown', outside, true);
  }

  function close(giveFocus) {
    menu.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (giveFocus) button.focus();
  }

  function outside(event) {
    if (!wrapper.contains(event.target)) close(false);
  }

  function onKey(event) {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[to % items.length].focus();
    else if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') return close(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const wrapper = h('div', { class: 'menu-wrapper' }, button, menu);
  return wrapper;
}
