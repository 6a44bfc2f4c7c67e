/**
 * The server's calls, as CONTRACT and OpenAPI describe them. No DOM beyond `fetch`.
 *
 * Addresses are relative to the page's own, so that the page also works behind a proxy that adds a path.
 * Every failure is an {@link ApiError}: what the server's problem+json says, or that it could not be reached.
 */

import { sequenceOf } from './lines.js';
import { FrameReader } from './stream-source.js';

/** How long the head of an answer may take, and then the rest. */
const ANSWER_MS = 20_000;
const READ_MS = 60_000;
const OF_STREAM = { headers: { Accept: 'text/event-stream' }, cache: 'no-store' };

const BASE = new URL('.', globalThis.document?.baseURI ?? 'http://localhost/');

/** Milliseconds that the server's clock is ahead of this one, as far as its answers tell. */
let ahead = 0;

/** The time by the server's clock, as all that it tells is. */
export const serverNow = () => Date.now() + ahead;

/** A call that failed; `status` is 0 when no answer came. `message` is fit to be shown. */
export class ApiError extends Error {
  /** Milliseconds the server asks to wait, or null. */
  retryAfter = null;
  /** Whether Taskstream itself says so, and not a server or proxy that has no Taskstream at the moment. */
  isProblem = false;

  constructor(status, title, detail) {
    super(detail || title);
    Object.assign(this, { status, title, detail });
  }
}

/** The absolute address of a path such as `tasks/x/stream`. A query's value may be an array of several. */
export function address(path, query = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if ((one ?? '') !== '') url.searchParams.append(name, one);
  return url.href;
}

/** The address of a task, or of what is below it. */
const ofTask = (id, rest = '', query = {}) => address(`tasks/${encodeURIComponent(id)}${rest}`, query);

/** `{tasks, next}`, newest first; `next` is what `after` takes for more, or null. */
export async function listTasks({ status, labels, after, limit }, signal) {
  const page = await json(address('tasks', { status, label: labels, after, limit }), { signal });
  return { tasks: page.tasks ?? [], next: page.next ?? null };
}

export const getTask = (id, signal) => json(ofTask(id), { signal });

export const createTask = (task) =>
  json(address('tasks'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(task),
  });

export const cancelTask = (id) => call(ofTask(id, '/cancel'), { method: 'POST' });

export const deleteTask = (id) => call(ofTask(id), { method: 'DELETE' });

/** History: `{events: [{id, time, data}], next}`. */
export const getEvents = (id, { after, limit }, signal) => json(ofTask(id, '/events', { after, limit }), { signal });

/** Reads events of the log as a stream has them, for an answer of history has at most 1000. */
export async function readEvents(id, from, until, signal) {
  const events = [];
  let last = 0;
  const frames = new FrameReader(({ type, data, id: eventId }) => {
    if (type !== 'message' || data === null || last >= until) return;
    last = sequenceOf(eventId);
    events.push({ id: eventId, data, at: serverNow(), replayed: true });
  });
  await call(streamAddress(id, { from }), { ...OF_STREAM, signal }, async ({ body }) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part; last < until && !(part = await reader.read()).done;) frames.text(part.value);
    reader.cancel();
  });
  return events;
}

/** Which event a line is in, or which line an event; waits until the server has counted so far. */
export async function findPlace(id, query, signal) {
  for (;;) {
    const place = await json(ofTask(id, '/lines', query), { signal });
    if (place.id !== null) return place;
  }
}

export const searchLog = (id, query, signal) => json(ofTask(id, '/search', query), { signal });

/** Has the server keep the token in a cookie, for a browser's EventSource can't send one. */
export const openSession = (token) =>
  call(address('session'), { method: 'POST', headers: { Authorization: `Bearer ${token}` } });

export const closeSession = () => call(address('session'), { method: 'DELETE' });

export const eventsAddress = (id) => ofTask(id, '/events');

export const logAddress = (id) => ofTask(id, '/log');

export const streamAddress = (id, query) => ofTask(id, '/stream', query);

/** Asks for a stream only to see how it is answered; fails with an {@link ApiError}. @return {Promise<{status: number}>} */
export async function probeStream(url) {
  const { status, body } = await call(url, OF_STREAM);
  body?.cancel();
  return { status, detail: null };
}

const json = (url, options) => call(url, options, (response) => response.json());

/** @param {(response: Response) => any} read takes what is wanted of the answer, within {@link READ_MS} */
async function call(url, options = {}, read = (response) => response) {
  const stop = new AbortController();
  // A browser waits for minutes on a connection that the network has silently dropped.
  const limit = (ms) => setTimeout(() => stop.abort(), ms);
  let late = limit(ANSWER_MS);
  try {
    const headers = { Accept: 'application/json', ...options.headers };
    const signal = AbortSignal.any([stop.signal, options.signal].filter(Boolean));
    const asked = Date.now();
    const response = await fetch(url, { ...options, headers, signal });
    // The answer was made since then, within the second that begins at its date.
    const date = Date.parse(response.headers.get('Date'));
    if (date) ahead = Math.min(Math.max(ahead, date - Date.now()), date + 1000 - asked);
    clearTimeout(late);
    late = limit(READ_MS);
    if (!response.ok) throw await problem(response);
    return await read(response);
  } catch (error) {
    if (error instanceof ApiError || options.signal?.aborted) throw error;
    if (error instanceof SyntaxError) throw new ApiError(200, 'Unexpected answer', 'The server’s answer is not JSON.');
    throw new ApiError(0, 'No connection', 'The server can’t be reached.');
  } finally {
    clearTimeout(late);
  }
}

async function problem(response) {
  const type = response.headers.get('Content-Type') ?? '';
  const body = type.includes('json') ? await response.json().catch(() => ({})) : {};
  const title = body.title ?? `The server answered ${response.status}`;
  const error = new ApiError(response.status, title, body.detail ?? '');
  error.retryAfter = waitOf(response.headers.get('Retry-After'));
  error.isProblem = type.startsWith('application/problem+json');
  return error;
}

/** `Retry-After` in milliseconds, whether it came as seconds or as a date (RFC 9110, section 10.2.3). */
function waitOf(retryAfter) {
  if (!retryAfter) return null;
  const seconds = Number(retryAfter);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
