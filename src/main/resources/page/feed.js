/**
 * Takes what the stream brings and puts it into the lines, a batch a frame, so that a burst of events costs one drawing
 * and never holds up the page. In a hidden tab, where frames stop, a timer does it.
 */

const SLICE_MS = 10;
/** A browser wakes a hidden tab once a second, or once a minute, and nobody waits for it. */
const HIDDEN_SLICE_MS = 200;
const HIDDEN_MS = 500;
const LOOK_AT_THE_CLOCK = 200;

export class Feed {
  #lines;
  #onBatch;
  #queue = [];
  #frame = 0;
  #timer = 0;

  /** @param {() => void} onBatch called after each batch */
  constructor(lines, onBatch) {
    this.#lines = lines;
    this.#onBatch = onBatch;
  }

  /** @param {Object} entry an event or a mark */
  add(entry) {
    this.#queue.push(entry);
    this.#plan();
  }

  /** Forgets what is not in the lines yet. */
  clear() {
    this.#queue = [];
  }

  /** Whether all that came is in the lines. */
  get isEmpty() {
    return this.#queue.length === 0;
  }

  dispose() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #plan() {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => this.#run());
    this.#timer = setTimeout(() => this.#run(), HIDDEN_MS);
  }

  #run() {
    this.dispose();
    this.#frame = 0;
    const until = performance.now() + (document.hidden ? HIDDEN_SLICE_MS : SLICE_MS);
    let next = 0;
    while (next < this.#queue.length) {
      this.#lines.add(this.#queue[next++]);
      if (next % LOOK_AT_THE_CLOCK === 0 && performance.now() > until) break;
    }
    this.#lines.settle();
    this.#queue = this.#queue.slice(next);
    if (this.#queue.length > 0) this.#plan();
    this.#onBatch();
  }
}
