/**
 * From an event's data to what is shown of it: its kind, a short label and one or more lines of text. No DOM.
 *
 * The kinds are those of the contract's stream items; any other JSON is shown compact, and a member that is missing or is
 * not what the contract says as it came: the page never hides an event, nor changes a value (see json-text.js).
 */

import { count } from './format.js';
import { compact, member, members, pretty, textOf } from './json-text.js';

/**
 * @typedef {Object} Item `kind` is text, started, completed, tokens, error, approval, cancel, done or json; `label` is empty for
 * text, else shorter than {@link LABEL_WIDTH}; `tone` is text, info, ok, muted, bad or warn; `lines` is at least one, none for
 * text; `text` is that of a text; `detail` is whether the whole JSON says more than the lines
 */

/** Columns that a label takes, with the blank after it. */
export const LABEL_WIDTH = 11;

/** @param {string} data one JSON value, as it came @return {Item} */
export function itemOf(data) {
  let value;
  try {
    value = JSON.parse(data);
  } catch {
    return item('json', 'text', 'muted', [visible(data)], { detail: false });
  }
  const shape = isObject(value) && Object.hasOwn(SHAPES, value.type) ? SHAPES[value.type] : undefined;
  return (shape && shape(value, data)) || other(value, data);
}

/** The data of an event with this text, as the server makes it of plain text. */
export function dataOf(text) {
  return JSON.stringify({ type: 'message_delta', text });
}

/** What an item that has started and one that is completed have in common: the id, else the name. */
export function itemKey(data) {
  const json = member(data, 'item');
  return member(json, 'id') ?? summary(json);
}

/** The JSON of an event, for an item that is opened. */
export function prettyLines(data) {
  return pretty(data).map((line) => visible(line));
}

const SHAPES = {
  message_delta(value) {
    if (typeof value.text !== 'string') return null;
    return item('text', '', 'text', [], { detail: false, text: value.text });
  },
  item_started: (value, data) => about('started', 'info', value, data),
  item_completed: (value, data) => about('completed', 'ok', value, data),
  token_usage: (value, data) =>
    item('tokens', 'tokens', 'muted', linesOf(usage(member(data, 'usage'))), { detail: nests(value.usage) }),
  error: (value, data) =>
    item('error', 'error', 'bad', linesOf(textOf(member(data, 'message'))), { detail: more(value, 'message') }),
  approval_request(value, data) {
    const id = member(data, 'id');
    const isArguments = Array.isArray(value.command) && value.command.every((each) => typeof each === 'string');
    const command = isArguments ? value.command.map(oneArgument).join(' ') : textOf(member(data, 'command'));
    const lines = linesOf(command + (id === undefined ? '' : `  (request ${textOf(id)})`), HIDING);
    return item('approval', 'approval?', 'warn', lines, { detail: isObject(value.command) });
  },
  cancel_requested: (value) => item('cancel', 'cancel', 'warn', ['requested'], { detail: more(value) }),
  done(value, data) {
    const status = value.status ?? 'completed';
    const tone = ENDS.get(status);
    if (!tone) return null;
    const message = member(data, 'message');
    const lines = message === undefined ? ['the task has ended'] : linesOf(textOf(message));
    return item('done', status, tone, lines, { detail: more(value, 'status', 'message') });
  },
};

const ENDS = new Map([['completed', 'ok'], ['failed', 'bad'], ['cancelled', 'warn']]);

function other(value, data) {
  return item('json', typeof value === 'string' ? 'string' : 'json', 'muted', [visible(compact(data))], {
    detail: typeof value === 'object' && value !== null && Object.keys(value).length > 0,
  });
}

function item(kind, label, tone, lines, { detail, text = null }) {
  return { kind, label, tone, lines, text, detail };
}

function about(kind, tone, value, data) {
  return item(kind, kind, tone, linesOf(summary(member(data, 'item'))), { detail: isObject(value.item) });
}

/** What to call an item in a line: its name if it has one, else all of it. */
function summary(json) {
  const name = ['title', 'name', 'command', 'id', 'type']
    .map((each) => member(json, each))
    .find((each) => each && each !== 'null');
  return textOf(name ?? json);
}

function usage(json) {
  const amounts = members(json);
  if (amounts.length === 0) return textOf(json);
  return amounts
    .map(([name, amount]) => `${name} ${WHOLE.test(amount) ? count(BigInt(amount)) : textOf(amount)}`)
    .join(' · ');
}

const WHOLE = /^-?\d+$/;

/** As a shell has it, so that one argument can't look like two. */
function oneArgument(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Control characters other than a colour's would hide or change what stands beside them, and an item is no terminal. */
const CONTROLS = /\x1b\[[\d;:]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** Nothing is hidden of what somebody is asked to approve: neither by colours nor by the direction of writing. */
const HIDING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

function visible(text, controls = CONTROLS) {
  return text.replace(controls, (one) =>
    one.length > 1 ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function linesOf(text, controls) {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map((line) => visible(line, controls));
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
