/**
 * From an event's data to what is shown of it: its kind, a short label and one or more lines of text. No DOM.
 *
 * The kinds are those of the contract's stream items; any other JSON value is shown as compact JSON. A `message_delta`
 * is a piece of a text that goes on over items: its lines are the matter of lines.js. A member that is missing or is not what the contract says is shown as it came: the page never hides
 * an event.
 */

import { count } from './format.js';

/**
 * @typedef {Object} Item
 * @property {string} kind text, started, completed, tokens, error, approval, cancel, done, json
 * @property {string} label empty for text; else at most {@link LABEL_WIDTH} - 1 characters
 * @property {string} tone for the colour: text, info, ok, muted, bad, warn
 * @property {string[]} lines at least one; none for text
 * @property {?string} text of a text; else null
 * @property {boolean} detail whether the whole JSON says more than the lines
 * @property {?string} status of `done`: completed, failed, cancelled; else null
 * @property {boolean} canonical whether {@link dataOf} makes the data again from the text
 */

/** Columns that a label takes, with the blank after it. */
export const LABEL_WIDTH = 11;

/**
 * @param {string} data one JSON value, as it came
 * @return {Item}
 */
export function itemOf(data) {
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    return item('json', 'text', 'muted', [data], { detail: false });
  }
  const shape = isObject(value) && Object.hasOwn(SHAPES, value.type) ? SHAPES[value.type] : undefined;
  return (shape && shape(value, data)) || other(value, data);
}

/** The data of a text whose item was canonical. */
export function dataOf(text) {
  return JSON.stringify({ type: 'message_delta', text });
}

/** The JSON of an event, indented, for an item that is opened. */
export function prettyLines(data) {
  return JSON.stringify(JSON.parse(data), null, 2).split('\n');
}

const SHAPES = {
  message_delta(value) {
    if (typeof value.text !== 'string') return null;
    const canonical = Object.keys(value).length === 2;
    return item('text', '', 'text', [], { detail: false, text: value.text, canonical });
  },
  item_started: (value) => item('started', 'started', 'info', [summary(value.item)], { detail: isObject(value.item) }),
  item_completed: (value) =>
    item('completed', 'completed', 'ok', [summary(value.item)], { detail: isObject(value.item) }),
  token_usage: (value) => item('tokens', 'tokens', 'muted', [usage(value.usage)], { detail: nests(value.usage) }),
  error: (value) => item('error', 'error', 'bad', linesOf(textOf(value.message)), { detail: more(value, 'message') }),
  approval_request(value) {
    const command = Array.isArray(value.command) ? value.command.map(textOf).join(' ') : textOf(value.command);
    const lines = linesOf(command);
    lines[0] += value.id === undefined ? '' : `  (request ${textOf(value.id)})`;
    return item('approval', 'approval?', 'warn', lines, { detail: isObject(value.command) });
  },
  cancel_requested: (value) => item('cancel', 'cancel', 'warn', ['requested'], { detail: more(value) }),
  done(value) {
    const status = ENDS.get(value.status ?? 'completed');
    if (!status) return null;
    const [label, tone] = status;
    const lines = value.message === undefined ? ['the task has ended'] : linesOf(textOf(value.message));
    return item('done', label, tone, lines, { detail: more(value, 'status', 'message'), status: label });
  },
};

const ENDS = new Map([
  ['completed', ['completed', 'ok']],
  ['failed', ['failed', 'bad']],
  ['cancelled', ['cancelled', 'warn']],
]);

function other(value, data) {
  return item('json', typeof value === 'string' ? 'string' : 'json', 'muted', [JSON.stringify(value) ?? data], {
    detail: typeof value === 'object' && value !== null && Object.keys(value).length > 0,
  });
}

function item(kind, label, tone, lines, { detail, status = null, text = null, canonical = false }) {
  return { kind, label, tone, lines, text, detail, status, canonical };
}

/** What to call an item in a line: its name if it has one, else all of it. */
function summary(value) {
  if (!isObject(value)) return textOf(value);
  const name = value.title ?? value.name ?? value.command ?? value.id ?? value.type;
  return name === undefined ? JSON.stringify(value) : textOf(name);
}

function usage(value) {
  if (!isObject(value)) return textOf(value);
  return Object.entries(value)
    .map(([name, amount]) => `${name} ${typeof amount === 'number' ? count(amount) : textOf(amount)}`)
    .join(' · ');
}

function textOf(value) {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function linesOf(text) {
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

function more(value, ...known) {
  return Object.keys(value).length > known.filter((name) => name in value).length + 1;
}

function nests(value) {
  return isObject(value) && Object.values(value).some((part) => typeof part === 'object' && part !== null);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
