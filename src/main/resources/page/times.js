/**
 * When events of a task's history really happened, asked from the server only for those one looks at. No DOM.
 *
 * A stream's frames carry no time; for what arrives live the arrival is as good, for history it is not. History is
 * asked in chunks of a thousand, few at a time, and again for events that came after a chunk was asked for.
 */

import { millis } from './format.js';
import { epochOf, sequenceOf } from './lines.js';

const CHUNK = 1000;
const AT_ONCE = 2;
const MOST_CHUNKS = 500;
/** After a failure. */
const AGAIN_MS = 10_000;

export class Times {
  #fetchEvents;
  #changed;
  /** By the id before the first: times, 0 for what was not there, NaN for what is no more. */
  #chunks = new Map();
  #pending = new Set();
  #wanted = [];
  #running = 0;

  /** @param {Function} fetchEvents takes `after` and `limit`, see {@link getEvents} @param {() => void} changed */
  constructor(fetchEvents, changed) {
    this.#fetchEvents = fetchEvents;
    this.#changed = changed;
  }

  /** The event's time in milliseconds; null when it isn't known, in which case it is asked for. */
  of(id) {
    const nth = (sequenceOf(id) - 1) % CHUNK;
    const key = `${epochOf(id)}-${sequenceOf(id) - 1 - nth}`;
    const time = this.#chunks.get(key)?.[nth] ?? 0;
    if (time === 0 && !this.#pending.has(key)) {
      this.#pending.add(key);
      this.#wanted.push({ key, nth });
      this.#run();
    }
    return time || null;
  }

  async #run() {
    if (this.#running >= AT_ONCE || this.#wanted.length === 0) return;
    this.#running++;
    const { key, nth } = this.#wanted.pop();
    try {
      this.#chunks.set(key, await this.#fetch(key, nth));
      if (this.#chunks.size > MOST_CHUNKS) this.#chunks.delete(this.#chunks.keys().next().value);
      this.#pending.delete(key);
    } catch ({ status, retryAfter }) {
      if (status === 0 || status === 429 || status >= 500) setTimeout(() => this.#again(key), Math.max(retryAfter, AGAIN_MS));
    }
    this.#running--;
    this.#changed();
    this.#run();
  }

  #again(key) {
    this.#pending.delete(key);
    this.#changed();
  }

  async #fetch(key, nth) {
    const first = sequenceOf(key);
    const { events } = await this.#fetchEvents({ after: first === 0 ? null : key, limit: CHUNK });
    const last = events.at(-1)?.id ?? key;
    // What was wanted has been published: it is there, or no more, as all before the last one.
    const times = new Float64Array(CHUNK).fill(NaN, 0, Math.max(nth + 1, sequenceOf(last) - first));
    // Another log's events say only that these are gone.
    if (epochOf(last) !== epochOf(key)) return times.fill(NaN);
    // An index out of bounds sets nothing.
    for (const { id, time } of events) times[sequenceOf(id) - first - 1] = millis(time);
    return times;
  }
}
