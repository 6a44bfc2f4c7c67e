/**
 * Creates a task and shows how to fill it.
 */

import { createTask } from './api.js';
import { h, replace } from './dom.js';
import { openForm } from './dialogs.js';
import { taskAddress } from './line-range.js';
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
    testid: 'create-title',
  });
  const dialog = openForm({
    title: 'New task',
    fields: [h('label', { for: 'new-title' }, 'Title ', h('span.muted', '(optional)')), title],
    yes: 'Create',
    name: 'create',
    run: async () => {
      const wanted = title.value.trim();
      show(await createTask(wanted === '' ? {} : { title: wanted }));
      onCreated();
    },
  });

  function show(task) {
    const watch = { href: taskAddress(task.id), onclick: () => dialog.close(), testid: 'create-open' };
    const open = h('a.button.primary', watch, 'Watch it');
    dialog.classList.add('wide');
    replace(dialog.querySelector('h2'), task.title ? `“${task.title}” is ready` : 'The task is ready');
    replace(dialog.querySelector('.dialog-body'), pipeHelp(task.id), h('div.dialog-actions', open));
    open.focus();
  }
}
