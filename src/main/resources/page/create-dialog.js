/**
 * Creates a task and shows how to fill it.
 */

import { createTask } from './api.js';
import { h, replace } from './dom.js';
import { openDialog } from './dialogs.js';
import { pipeHelp } from './pipe.js';

/** @param {() => void} onCreated called when there is a new task */
export function openCreateDialog(onCreated) {
  const title = h('input', {
    id: 'new-title',
    name: 'title',
    type: 'text',
    maxlength: '200',
    autocomplete: 'off',
    placeholder: 'Build of the main branch',
    'data-testid': 'create-title',
  });
  const error = h('p', { class: 'field-error', role: 'alert', hidden: true, 'data-testid': 'create-error' });
  const submit = h('button', { type: 'submit', class: 'button primary', 'data-testid': 'create-submit' }, 'Create');
  const cancel = h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel');
  const form = h(
    'form',
    { class: 'form', onsubmit: create },
    h('label', { for: 'new-title' }, 'Title ', h('span', { class: 'muted' }, '(optional)')),
    title,
    error,
    h('div', { class: 'dialog-actions' }, cancel, submit),
  );
  const dialog = openDialog({ title: 'New task', body: [form], testid: 'create-dialog' });
  title.focus();

  async function create(event) {
    event.preventDefault();
    submit.disabled = true;
    error.hidden = true;
    try {
      const wanted = title.value.trim();
      show(await createTask(wanted === '' ? {} : { title: wanted }));
      onCreated();
    } catch (failure) {
      error.hidden = false;
      replace(error, failure.message);
      submit.disabled = false;
    }
  }

  function show(task) {
    const open = h(
      'a',
      {
        class: 'button primary',
        href: `#/tasks/${encodeURIComponent(task.id)}`,
        onclick: () => dialog.close(),
        'data-testid': 'create-open',
      },
      'Watch it',
    );
    dialog.classList.add('wide');
    replace(dialog.querySelector('h2'), task.title ? `“${task.title}” is ready` : 'The task is ready');
    replace(dialog.querySelector('.dialog-body'), pipeHelp(task.id), h('div', { class: 'dialog-actions' }, open));
    open.focus();
  }
}
