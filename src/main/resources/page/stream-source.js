/**
 * An event stream over `fetch`, with the part of EventSource's interface that the page uses. No DOM.
 *
 * EventSource waits without end on a connection that a network has silently dropped, and a browser takes the connections
 * that it keeps first. Here each attempt has a time to be answered, and after one that was not, the kept connections are
 * tried and the dead ones dropped. It reconnects after the server's own `retry`.
 */

/** How long the answer to the attempts may take, one after the other. The first waits for Chromium to give up HTTP/2. */
const ANSWERS_MS = [6000, 10_000, 20_000];
const RETRY_MS = 3000;
/** A browser keeps as many connections to a host. */
const CONNECTIONS = 6;
const DEAD_MS = 2000;
/** Requests with and without credentials, as `fetch` calls them. */
const WITH = 'same-origin';
const WITHOUT = 'omit';

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSED = 2;

/** What EventSource has of listeners. */
export class Source {
  readyState = CONNECTING;
  onopen = null;
  onerror = null;
  onmessage = null;
  #listeners = new Map();

  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  dispatch(type, frame) {
    if (this.readyState === CLOSED) return;
    (type === 'message' ? this.onmessage : this.#listeners.get(type))?.(frame);
  }
}

export class StreamSource extends Source {
  /** The last `id` that came. */
  lastEventId = '';
  #url;
  #connections;
  #retry = RETRY_MS;
  #unanswered = 0;
  #stop = null;
  #timer = 0;

  /** Opens the stream. @param {HttpConnections} using */
  constructor(url, using = connections) {
    super();
    this.#url = url;
    this.#connections = using;
    // Listeners are added behind this.
    this.#timer = setTimeout(() => this.#connect(), 0);
  }

  close() {
    this.readyState = CLOSED;
    clearTimeout(this.#timer);
    this.#stop?.abort();
  }

  async #connect() {
    const stop = (this.#stop = new AbortController());
    const answerMs = ANSWERS_MS[Math.min(this.#unanswered, ANSWERS_MS.length - 1)];
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      stop.abort();
    }, answerMs);
    try {
      const headers = { Accept: 'text/event-stream', ...(this.lastEventId && { 'Last-Event-ID': this.lastEventId }) };
      const answer = await this.#connections.get(this.#url, { headers, signal: stop.signal });
      clearTimeout(late);
      const type = answer.headers.get('Content-Type') ?? '';
      if (answer.status !== 200 || !type.startsWith('text/event-stream')) return this.#refused(stop);
      this.#unanswered = 0;
      this.readyState = OPEN;
      this.onopen?.();
      await this.#read(answer.body.getReader());
    } catch {
      // The connection broke, could not be made, or was not answered: below.
    }
    clearTimeout(late);
    if (this.readyState !== CLOSED) this.#lost(isLate);
  }

  #refused(stop) {
    stop.abort();
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onerror?.();
  }

  #lost(isLate) {
    this.readyState = CONNECTING;
    if (isLate) {
      this.#unanswered++;
      this.#connections.dropDead();
    }
    this.#timer = setTimeout(() => this.#connect(), this.#retry);
    this.onerror?.();
  }

  async #read(reader) {
    const frames = new FrameReader((frame) => this.#frame(frame));
    const decoder = new TextDecoder();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (this.readyState === CLOSED) return;
      frames.text(decoder.decode(part.value, { stream: true }));
    }
  }

  #frame({ type, data, id, retry }) {
    if (this.readyState === CLOSED) return;
    if (retry !== null) this.#retry = retry;
    if (id !== null) this.lastEventId = id;
    if (data !== null) this.dispatch(type, { data, lastEventId: this.lastEventId });
  }
}

/** Reads frames of `text/event-stream`, which may come in any pieces (HTML, section 9.2.6). */
export class FrameReader {
  #onFrame;
  #rest = '';
  #frame = empty();
  #isFirst = true;

  /** @param {(frame: {type: string, data: ?string, id: ?string, retry: ?number}) => void} onFrame */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  text(text) {
    const all = this.#rest + text;
    let from = this.#isFirst && all.startsWith('\ufeff') ? 1 : 0;
    if (all !== '') this.#isFirst = false;
    // A carriage return at the end may be half of an end of line.
    const LINE = /\r\n|\n|\r(?!$)/g;
    LINE.lastIndex = from;
    for (let end; (end = LINE.exec(all)) !== null; from = LINE.lastIndex) this.#line(all.slice(from, end.index));
    this.#rest = all.slice(from);
  }

  #line(line) {
    const frame = this.#frame;
    if (line === '') {
      this.#frame = empty();
      this.#onFrame({ ...frame, data: frame.data.length === 0 ? null : frame.data.join('\n') });
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') frame.data.push(value);
    else if (field === 'event') frame.type = value || 'message';
    else if (field === 'id' && !value.includes('\0')) frame.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) frame.retry = Number(value);
  }
}

function empty() {
  return { type: 'message', data: [], id: null, retry: null };
}

/**
 * The connections to this server that the browser keeps. It keeps those of requests with credentials apart from the others,
 * so a dead HTTP/2 connection, which all requests of one kind share, does not stop a stream that may go without.
 */
export class HttpConnections {
  #fetch;
  #credentials = WITH;

  /** @param {typeof fetch} fetcher */
  constructor(fetcher = (...call) => fetch(...call)) {
    this.#fetch = fetcher;
  }

  /** Asks with credentials if those connections are alive, or if the server refuses to answer without. */
  async get(url, options) {
    const ask = (credentials) => this.#fetch(url, { ...options, cache: 'no-store', credentials });
    const answer = await ask(this.#credentials);
    if (answer.status === 200 || this.#credentials === WITH) return answer;
    answer.body?.cancel();
    this.#credentials = WITH;
    return ask(WITH);
  }

  /**
   * Makes the browser drop connections that a network has silently dropped: a request on each that it may keep, and those that
   * are not answered soon are aborted, which closes theirs. That does not close one of HTTP/2 (see decision 16).
   */
  async dropDead(many = CONNECTIONS) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), DEAD_MS);
    const ask = (credentials) =>
      this.#fetch('page/favicon.svg', { method: 'HEAD', cache: 'no-store', credentials, signal: stop.signal });
    const test = (credentials) => Promise.allSettled(Array.from({ length: many }, () => ask(credentials)));
    const [kept] = await Promise.all([test(WITH), test(WITHOUT)]);
    clearTimeout(late);
    this.#credentials = kept.some(({ status }) => status === 'fulfilled') ? WITH : WITHOUT;
  }
}

export const connections = new HttpConnections();
