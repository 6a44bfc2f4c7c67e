/** How to publish into a task from a shell, shown after one is created and where a task has no events yet. */

import { address, eventsAddress } from './api.js';
import { copy, h, iconButton } from './dom.js';
import { isSignedIn } from './sign-in.js';

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
  // One who has signed in here needs the token in the shell, too; the runner takes it from the environment by itself.
  const token = isSignedIn() ? `-H "Authorization: Bearer $TASKSTREAM_TOKEN" ` : '';
  const reading = [
    h('p', 'Put your token into the environment first; it is read without being shown:'),
    shellLine('read -rs TASKSTREAM_TOKEN; export TASKSTREAM_TOKEN', 'Command that reads the token', 'token-line'),
  ];
  const jar = 'taskstream-run.jar';
  const run = `curl -sO ${address(jar)} && java -jar ${jar} ${address(`tasks/${encodeURIComponent(id)}`)} -- make`;
  const events = eventsAddress(id);
  const pipe = `make 2>&1 | curl -sT- -X POST ${token}-H 'Content-Type: text/plain' ${events}`;
  const done = `curl -s ${token}-H 'Content-Type: application/json' -d '{"type":"done"}' ${events}`;
  return [
    ...(token === '' ? [] : reading),
    h('p', 'Run a build with the runner (Java 17), which survives outages and finishes the task with the build:'),
    shellLine(run, 'Command that runs a build and publishes its output', 'run-line'),
    h('p', 'Or pipe the output of a build into it; it appears here as it is printed:'),
    shellLine(pipe, 'Command that pipes a build into the task', 'pipe-line'),
    h('p', 'Then finish the task (or let your producer send a ', h('code', 'done'), ' event):'),
    shellLine(done, 'Command that finishes the task', 'done-line'),
  ];
}
