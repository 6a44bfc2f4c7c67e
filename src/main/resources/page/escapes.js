/**
 * Reads one escape sequence of terminal output (ECMA-48, and what xterm adds). No DOM.
 *
 * What is not understood is dropped as a sequence, and never more than that: a sequence that is malformed ends where it
 * stops being one, and what a string without an end would have swallowed is text.
 */

/**
 * @typedef {Object} Sequence `kind` is csi, link, escape, text (it is no sequence, and `value` is shown) or nothing (it means
 * nothing here); `length` is in characters; `value` is the final character of csi and escape, the address of a link, empty to
 * end one, or the text; `parameters` are those of csi
 */

/** A string, as a title or a link, that goes on for longer is text. */
export const MOST_IN_STRING = 1 << 20;
/** The same for other sequences. */
const MOST_IN_CSI = 256;

const CSI = /\x1b\[([0-?]*)([ -/]*)([@-~]?)/y;
const ESCAPE = /\x1b[ -/]*([0-~]?)/y;
/** ESC ] (OSC), P (DCS), X, ^, _, and k of screen, up to where no string can go on. */
const STRING = /\x1b[\]PX^_k]([^\x00-\x1f\x7f\x9c]*)/y;
const STRING_END = /\x1b\\|\x07|\x9c/y;
const LINK = /^8;[^;]*;(.*)$/;

/** @param {number} at where ESC is in the text @return {?Sequence} null if more must come before it can be told */
export function sequenceAt(text, at) {
  const introducer = text[at + 1];
  if (introducer === undefined) return null;
  if (introducer === '[') return csiAt(text, at);
  if (isString(introducer)) return stringAt(text, at);
  const [all, final] = matchAt(ESCAPE, text, at);
  if (final !== '') return sequence(all.length === 2 ? 'escape' : 'nothing', all.length, final);
  return isOpen(text, at, all, MOST_IN_CSI) ? null : sequence('nothing', all.length);
}

/** Whether a sequence that is introduced so goes on until a terminator. */
export function isString(introducer) {
  return introducer !== undefined && ']PX^_k'.includes(introducer);
}

function csiAt(text, at) {
  const [all, parameters, between, final] = matchAt(CSI, text, at);
  if (final === '') return isOpen(text, at, all, MOST_IN_CSI) ? null : sequence('nothing', all.length);
  const isKnown = between === '' && all.length < MOST_IN_CSI && /^[\d;:]*$/.test(parameters);
  return isKnown ? sequence('csi', all.length, final, parameters) : sequence('nothing', all.length);
}

function stringAt(text, at) {
  const [all, content] = matchAt(STRING, text, at);
  const end = at + all.length;
  if (isOpen(text, at, all, MOST_IN_STRING) || (text.endsWith('\x1b') && end === text.length - 1)) return null;
  const ending = matchAt(STRING_END, text, end);
  if (!ending || ending[0].length + all.length > MOST_IN_STRING) return sequence('text', all.length, all.slice(1));
  const length = all.length + ending[0].length;
  const link = all[1] === ']' ? LINK.exec(content) : null;
  return link ? sequence('link', length, link[1]) : sequence('nothing', length);
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Whether more may come of what has been read so far. */
function isOpen(text, at, all, most) {
  return at + all.length === text.length && all.length < most;
}

function sequence(kind, length, value = '', parameters = '') {
  return { kind, length, value, parameters };
}
