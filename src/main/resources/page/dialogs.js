/**
 * Dialogs and the menu, on the browser's own `<dialog>`, which keeps the focus inside, closes with Escape and gives the
 * focus back.
 */

import { h, icon, iconButton, replace } from './dom.js';

let counter = 0;

/**
 * Opens a dialog. It is removed when it closes.
 * @param {{title: string, body: Node[], actions: ?Node[], testid: string, wide: ?boolean}} parts
 * @return {HTMLDialogElement}
 */
export function openDialog({ title, body, actions, testid, wide }) {
  const id = `dialog-title-${++counter}`;
  const onclick = () => dialog.close();
  const close = iconButton('close', 'Close', { class: 'dialog-close', onclick, testid: 'dialog-close' });
  const dialog = h('dialog.dialog', { class: wide && 'wide', 'aria-labelledby': id, testid }, [
    h('header.dialog-head', h('h2', { id }, title), close),
    h('div.dialog-body', body),
    actions && h('footer.dialog-actions', actions),
  ]);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Opens a dialog with a form, whose first field has the focus.
 * @param {{title: string, fields: Node[], yes: string, name: string, run: () => Promise<void>}} parts `name` begins the
 *     test ids; `run` does what the form is for
 * @return {HTMLDialogElement}
 */
export function openForm({ title, fields, yes, name, run }) {
  const error = errorPlace(`${name}-error`);
  const submit = h('button.button.primary', { type: 'submit', testid: `${name}-submit` }, yes);
  const cancel = h('button.button', { onclick: () => dialog.close() }, 'Cancel');
  const onsubmit = (event) => {
    event.preventDefault();
    attempt(submit, error, run);
  };
  const form = h('form.form', { onsubmit }, fields, error, h('div.dialog-actions', cancel, submit));
  const dialog = openDialog({ title, body: [form], testid: `${name}-dialog` });
  form.querySelector('input').focus();
  return dialog;
}

/**
 * Asks before something is done that can't be undone.
 * @param {{title: string, text: string, yes: string, no: string, run: () => Promise<void>}} question
 */
export function confirmThen({ title, text, yes, no, run }) {
  const error = errorPlace(null);
  const close = () => dialog.close();
  const onclick = () => attempt(go, error, () => run().then(close));
  const go = h('button.button.danger', { onclick, testid: 'confirm-yes' }, yes);
  const stay = h('button.button', { onclick: close, testid: 'confirm-no' }, no);
  const dialog = openDialog({ title, body: [h('p', text), error], actions: [stay, go], testid: 'confirm' });
  stay.focus();
}

function errorPlace(testid) {
  return h('p.field-error', { role: 'alert', hidden: true, testid });
}

/** Does what a button is for while the dialog is open, so that an error is shown where one looks. */
async function attempt(button, error, run) {
  button.disabled = true;
  error.hidden = true;
  try {
    await run();
  } catch (failure) {
    error.hidden = false;
    replace(error, failure.message);
    button.disabled = false;
  }
}

/**
 * A button that opens a menu.
 * @param {string} label the button's name
 * @param {Array[]} entries each an icon, a name, a test id, what it runs, and perhaps a class
 */
export function menuButton(label, entries) {
  const id = `menu-${++counter}`;
  const items = entries.map(([drawing, name, testid, run, look]) => {
    const onclick = () => {
      close(true);
      run();
    };
    return h('button.menu-item', { role: 'menuitem', tabindex: '-1', class: look, testid, onclick }, icon(drawing), name);
  });
  const menu = h('div.menu', { role: 'menu', id, 'aria-label': label, hidden: true, onkeydown: onKey }, items);
  const button = iconButton('more', label, {
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    'aria-controls': id,
    testid: 'menu-button',
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
    button.ariaExpanded = true;
    items[0].focus();
    document.addEventListener('pointerdown', outside, true);
  }

  function close(giveFocus) {
    menu.hidden = true;
    button.ariaExpanded = false;
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

  const wrapper = h('div.menu-wrapper', button, menu);
  return wrapper;
}
