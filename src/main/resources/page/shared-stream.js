/**
 * One stream of several tasks (`GET /stream?task=…`), handed out as a source for each. No DOM.
 *
 * A source has the part of EventSource's interface that a connection uses, so that each task has a connection of its own,
 * which knows repeats, holes and the end. The stream goes on while one source is open.
 */

import { CLOSED, OPEN, Source } from './stream-source.js';

const FRAME = /^\{"task":"([^"]+)"(?:,"id":"([^"]+)")?,"data":/;
const TELL_MS = 1000;

export class SharedStream {
  #needs;
  #stream = null;
  #position = '';
  #timer = 0;
  /** The newest source of each task. */
  #sources = new Map();
  /** Frames of tasks that are about to reopen: the position is behind them. */
  #waiting = new Map();
  #told = 0;

  /**
   * @param {{address: (position: string) => string, open: (url: string) => StreamSource, now: () => number}} needs
   */
  constructor(needs) {
    this.#needs = needs;
  }

  /** Opens a source of a task. If the task has given up the stream that the others have, that is opened anew. */
  source(task) {
    const before = this.#sources.get(task);
    const source = new TaskSource(() => this.#closed());
    this.#sources.set(task, source);
    if (this.#stream === null || before?.stream === this.#stream) this.#reopen();
    source.stream = this.#stream;
    // Listeners are added behind this.
    setTimeout(() => this.#join(task, source), 0);
    return source;
  }

  #join(task, source) {
    if (source.stream?.readyState === OPEN) source.opened();
    const frames = this.#waiting.get(task) ?? [];
    this.#waiting.delete(task);
    frames.forEach((frame) => source.dispatch(...frame));
    source.isJoined = true;
  }

  #reopen() {
    this.#close();
    const stream = this.#needs.open(this.#needs.address(this.#position));
    this.#stream = stream;
    this.#each((source) => (source.stream = stream));
    stream.onopen = () => this.#each((source) => source.opened());
    stream.onerror = () => {
      if (stream.readyState === CLOSED) this.#close();
      this.#each((source) => source.failed(stream.readyState));
    };
    stream.onmessage = (frame) => this.#frame('message', frame.data);
    for (const type of ['lag', 'gap', 'producer']) stream.addEventListener(type, ({ data }) => this.#frame(type, data));
    stream.addEventListener('heartbeat', () => this.#each((source) => source.dispatch('heartbeat', {})));
  }

  #frame(type, text) {
    const [head, task, lastEventId = ''] = FRAME.exec(text) ?? [];
    const source = this.#sources.get(task);
    if (!source) return;
    const raw = text.slice(head.length, -1);
    // What a lag says is text, so a string in JSON.
    const frame = [type, { data: type === 'lag' ? JSON.parse(raw) : raw, lastEventId }];
    if (source.isJoined && source.readyState !== CLOSED) source.dispatch(...frame);
    else this.#waiting.set(task, this.#waiting.get(task) ?? []).get(task).push(frame);
    this.#tellOthers(task);
  }

  /** While one task is busy there are no heartbeats, and the others would take the line for dead. */
  #tellOthers(busy) {
    if (this.#needs.now() - this.#told < TELL_MS) return;
    this.#told = this.#needs.now();
    for (const [task, source] of this.#sources) if (task !== busy) source.dispatch('heartbeat', {});
  }

  #each(run) {
    for (const source of this.#sources.values()) if (source.readyState !== CLOSED) run(source);
  }

  #closed() {
    clearTimeout(this.#timer);
    // A source that opens anew does so at once.
    this.#timer = setTimeout(() => {
      if ([...this.#sources.values()].every((source) => source.readyState === CLOSED)) this.#close();
    }, 0);
  }

  #close() {
    this.#position = this.#stream?.lastEventId || this.#position;
    this.#stream?.close();
    this.#stream = null;
  }
}

class TaskSource extends Source {
  isJoined = false;
  stream = null;
  #onClose;

  constructor(onClose) {
    super();
    this.#onClose = onClose;
  }

  close() {
    this.readyState = CLOSED;
    this.#onClose();
  }

  opened() {
    this.readyState = OPEN;
    this.onopen?.();
  }

  failed(readyState) {
    this.readyState = readyState;
    this.onerror?.();
  }
}
