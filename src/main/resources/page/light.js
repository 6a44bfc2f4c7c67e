/** What the connection light says for a state of the connection at a moment. No DOM. */

import { clock, duration, plural } from './format.js';

/** How long the light stays on "lagged" after the server dropped events. */
const LAGGED_MS = 15_000;

/**
 * @param {State} state
 * @param {number} now milliseconds of the connection's monotonic clock
 * @return {{name: string, tone: string, label: string, hint: string}} `name` is one of connecting, live, quiet, lagged,
 *     lost, reconnecting, ended, gone, refused; `label` is short, `hint` a sentence
 */
export function lightOf(state, now) {
  return LIGHTS[state.name](state, now);
}

const SPOKEN = { live: 'Connected', quiet: 'Connected', reconnecting: 'Connection lost, reconnecting' };

/** What is said aloud when it changes: not the seconds that go on counting, nor each line. */
export function spoken({ name, label }) {
  return SPOKEN[name] ?? `Connection: ${label}`;
}

const LIGHTS = {
  connecting: () => light('connecting', 'info', 'Connecting…', 'Opening the stream.'),
  open: openLight,
  reconnecting(state, now) {
    const wait = state.retryAt === null ? null : Math.max(0, Math.ceil((state.retryAt - now) / 1000));
    const next = wait === null ? `for ${duration(now - state.lostAt)}` : `in ${wait} s`;
    const attempt = state.attempt > 1 ? ` · try ${state.attempt}` : '';
    return light('reconnecting', 'warn', `Reconnecting ${next}${attempt}`, state.detail ?? 'The connection was lost.');
  },
  ended(state) {
    const tone = { completed: 'ok', failed: 'bad' }[state.status] ?? 'muted';
    return light('ended', tone, `Ended · ${state.status}`, 'The task has ended; no more events will follow.');
  },
  gone: () =>
    light('gone', 'bad', 'Deleted', 'The server does not know this task any more. What was received is still shown.'),
  refused: (state) => light('refused', 'bad', 'Refused', state.detail ?? 'The server refused the stream.'),
};

function openLight(state, now) {
  const heard = `Last heard from the server ${duration(now - state.lastHeardAt)} ago.`;
  if (state.laggedAt !== null && now - state.laggedAt < LAGGED_MS) {
    const missed = plural(state.dropped, 'event');
    return light('lagged', 'warn', 'Lagged', `This viewer was too slow and missed ${missed}. ${heard}`);
  }
  if (state.lost.length > 0) {
    const [since] = state.lost.map((each) => each.since).sort();
    const names = state.lost.map((each) => `“${each.upload}”`).join(', ');
    const hint = `No sign of life from the producer of ${names}. It may come back and go on. ${heard}`;
    return light('lost', 'warn', `Producer lost since ${clock(since)}`, hint);
  }
  if (!state.silent) return light('live', 'ok', 'Live', heard);
  const since = clock(state.lastEventAt ?? state.since);
  return light('quiet', 'idle', `Quiet since ${since}`, `Connected, no events. ${heard}`);
}

function light(name, tone, label, hint) {
  return { name, tone, label, hint };
}
