/**
 * Numbers and times as text. No DOM. Times are milliseconds since 1970 or ISO 8601 text, as the server sends them.
 */

const NUMBER = new Intl.NumberFormat('en');
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** 1204 as 1,204. */
export function count(number) {
  return NUMBER.format(number);
}

/** "1 event", "2 events". */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Milliseconds of an ISO text or a number; NaN for neither. */
export function millis(time) {
  return typeof time === 'number' ? time : Date.parse(time);
}

/** A moment with its date, for tooltips. */
export function full(time) {
  const at = millis(time);
  return Number.isNaN(at) ? '' : FULL.format(at);
}

/** A moment's local clock time, `12:03:04`. */
export function clock(time) {
  return clockMillis(time).slice(0, 8);
}

/** A moment's local clock time to the millisecond, `12:03:04.056`; always twelve characters. */
export function clockMillis(time) {
  const at = new Date(time);
  const whole = [at.getHours(), at.getMinutes(), at.getSeconds()].map((value) => padded(value)).join(':');
  return `${whole}.${padded(at.getMilliseconds(), 3)}`;
}

/** Milliseconds since a beginning, `+0:12:03.056`; twelve characters, unless it is very long. */
export function elapsed(ms) {
  const total = Math.max(0, Math.round(ms));
  const minutes = Math.floor(total / 60_000);
  const rest = `${padded(Math.floor((total / 1000) % 60))}.${padded(total % 1000, 3)}`;
  const all = minutes < 60 ? `+${minutes}:${rest}` : `+${Math.floor(minutes / 60)}:${padded(minutes % 60)}:${rest}`;
  return all.padStart(12);
}

function padded(value, digits = 2) {
  return String(value).padStart(digits, '0');
}

const UNITS = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

/** How long, in at most two units: "4 s", "3 min 20 s", "5 h 12 min", "2 d 3 h". */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const at = UNITS.findIndex(([size]) => seconds >= size);
  const [[big, bigName], [small, smallName]] = UNITS.slice(at, at + 2);
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)} ${bigName}` + (rest === 0 ? '' : ` ${rest} ${smallName}`);
}

export function lifetime({ created, finished }) {
  return duration(millis(finished) - millis(created));
}

/** A duration that may be short: "0.4 s", "12 s". */
export function took(ms) {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms);
}

/** "just now", "12 s ago", "3 min ago": one unit, for lists. */
export function ago(time, now) {
  const seconds = Math.round((now - millis(time)) / 1000);
  if (Number.isNaN(seconds)) return '';
  if (seconds < 5) return 'just now';
  const [size, name] = UNITS.find(([unit]) => seconds >= unit);
  return `${Math.floor(seconds / size)} ${name} ago`;
}
