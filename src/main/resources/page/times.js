/**
 * When events of a task's history really happened, asked from the server only for those one looks at. No DOM.
 *
 * A stream's frames carry no time; for what arrives live the arrival is as good, for history it is not. History is
 * asked in chunks of a thousand, each at most once, few at a time.
 */

import { millis } from './format.js';
import { sequenceOf } from './lines.js';

const CHUNK = 1000;
const AT_ONCE = 2;
const MOST_CHUNKS = 500;

export class Times {
  #fetchEvents;
  #changed;
  #chunks = new Map();
  #wanted = [];
  #running = 0;

  /** @param {Function} fetchEvents takes `after` and `limit`, see {@link getEvents} @param {() => void} changed */
  constructor(fetchEvents, changed) {
    this.#fetchEvents = fetchEvents;
    this.#changed = changed;
  }

  /** The event's time in milliseconds; null when it isn't known, in which case it is asked for. */
  of(id) {
    const sequence = sequenceOf(id);
    const first = Math.floor((sequence - 1) / CHUNK) * CHUNK;
    const key = `${id.slice(0, id.lastIndexOf('-'))}-${first}`;
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) this.#want(key, first);
    return chunk?.[sequence - first - 1] || null;
  }

  /** Forgets what was asked, for a chunk may have been asked for before it was full. */
  forget() {
    this.#chunks.clear();
  }

  #want(key, first) {
    if (this.#chunks.size >= MOST_CHUNKS) this.#chunks.delete(this.#chunks.keys().next().value);
    this.#chunks.set(key, null);
    this.#wanted.push({ key, first });
    this.#run();
  }

  async #run() {
    if (this.#running >= AT_ONCE || this.#wanted.length === 0) return;
    this.#running++;
    const { key, first } = this.#wanted.pop();
    this.#chunks.set(key, await this.#fetch(key, first));
    this.#running--;
    this.#changed();
    this.#run();
  }

  async #fetch(key, first) {
    const times = new Float64Array(CHUNK);
    const after = first === 0 ? null : key;
    const page = await this.#fetchEvents({ after, limit: CHUNK }).catch(() => ({ events: [] }));
    for (const { id, time } of page.events ?? []) {
      // An index out of bounds sets nothing.
      times[sequenceOf(id) - first - 1] = millis(time);
    }
    return times;
  }
}
