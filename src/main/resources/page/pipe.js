/**
 * How to publish into a task from a shell, shown after one is created and where a task has no events yet.
 */

import { eventsAddress } from './api.js';
import { copyText, h, iconButton, toast } from './dom.js';

/** The line that pipes a build's output into a task, as it arrives. */
export function pipeLine(id, command = 'make') {
  return `${command} 2>&1 | curl -sT- -X POST -H 'Content-Type: text/plain' ${eventsAddress(id)}`;
}

/** The line that finishes a task. */
export function doneLine(id) {
  return `curl -s -H 'Content-Type: application/json' -d '{"type":"done"}' ${eventsAddress(id)}`;
}

/** A shell line with a button that copies it. */
export function shellLine(text, label, testid) {
  const copy = async () => {
    try {
      await copyText(text);
      toast('Copied.');
    } catch (error) {
      toast(error.message, 'bad');
    }
  };
  return h(
    'div',
    { class: 'shell' },
    h('pre', { tabindex: '0', role: 'region', 'aria-label': label }, h('code', { 'data-testid': testid }, text)),
    iconButton('copy', `Copy: ${label}`, { onclick: copy, 'data-testid': `${testid}-copy` }),
  );
}

/** Both lines with a word on each. */
export function pipeHelp(id) {
  return [
    h('p', null, 'Pipe the output of a build into it; it appears here as it is printed:'),
    shellLine(pipeLine(id), 'Command that pipes a build into the task', 'pipe-line'),
    h('p', null, 'Finish the task at the end (or let your producer send a ', h('code', null, 'done'), ' event):'),
    shellLine(doneLine(id), 'Command that finishes the task', 'done-line'),
  ];
}
