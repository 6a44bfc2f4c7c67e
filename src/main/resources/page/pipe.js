/**
 * How to publish into a task from a shell, shown after one is created and where a task has no events yet.
 */

import { address, eventsAddress } from './api.js';
import { copy, h, iconButton } from './dom.js';
import { isSignedIn } from './sign-in.js';

/** Whoever has signed in here needs the token in the shell, too; the runner takes it from the environment by itself. */
const token = () => (isSignedIn() ? `-H "Authorization: Bearer $TASKSTREAM_TOKEN" ` : '');

function runLine(id) {
  const jar = 'taskstream-run.jar';
  return `curl -sO ${address(jar)} && java -jar ${jar} ${address(`tasks/${encodeURIComponent(id)}`)} -- make`;
}

function pipeLine(id) {
  return `make 2>&1 | curl -sT- -X POST ${token()}-H 'Content-Type: text/plain' ${eventsAddress(id)}`;
}

function doneLine(id) {
  return `curl -s ${token()}-H 'Content-Type: application/json' -d '{"type":"done"}' ${eventsAddress(id)}`;
}

/** A shell line with a button that copies it. */
export function shellLine(text, label, testid) {
  return h(
    'div.shell',
    h('pre', { tabindex: '0', role: 'region', 'aria-label': label }, h('code', { testid }, text)),
    iconButton('copy', `Copy: ${label}`, { onclick: () => copy(text, 'Copied.'), testid: `${testid}-copy` }),
  );
}

/** All lines with a word on each. */
export function pipeHelp(id) {
  return [
    isSignedIn() && h('p', 'Put your token into the environment first; it is read without being shown:'),
    isSignedIn() &&
      shellLine('read -rs TASKSTREAM_TOKEN; export TASKSTREAM_TOKEN', 'Command that reads the token', 'token-line'),
    h('p', 'Run a build with the runner (Java 17), which survives outages and finishes the task with the build:'),
    shellLine(runLine(id), 'Command that runs a build and publishes its output', 'run-line'),
    h('p', 'Or pipe the output of a build into it; it appears here as it is printed:'),
    shellLine(pipeLine(id), 'Command that pipes a build into the task', 'pipe-line'),
    h('p', 'Then finish the task (or let your producer send a ', h('code', 'done'), ' event):'),
    shellLine(doneLine(id), 'Command that finishes the task', 'done-line'),
  ].filter(Boolean);
}
