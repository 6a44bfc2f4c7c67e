/**
 * Lines that an address points at, as in `#/tasks/build?line=120-140`: readers count from 1. No DOM.
 *
 * @typedef {{from: number, to: number}} Range numbers of the first and the last line, counted from 0
 */

/** @param {?string} text @return {?Range} null for what is none */
export function rangeOf(text) {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text ?? '') ?? [];
  if (first === undefined || Number(first) === 0 || Number(last) === 0) return null;
  return { from: Math.min(first, last) - 1, to: Math.max(first, last) - 1 };
}

/** @param {Range} range */
export function textOf({ from, to }) {
  return from === to ? `${from + 1}` : `${from + 1}-${to + 1}`;
}

/** The page's address of a task, or of lines of it. @param {?Range} range */
export function taskAddress(id, range = null) {
  return `#/tasks/${encodeURIComponent(id)}${range ? `?line=${textOf(range)}` : ''}`;
}

/** The range that reaches from the beginning of another, if there is one, to a line. @return {Range} */
export function extended(range, number) {
  const begin = range?.from ?? number;
  return { from: Math.min(begin, number), to: Math.max(begin, number) };
}
