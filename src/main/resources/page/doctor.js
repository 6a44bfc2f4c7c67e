/**
 * Judges what lies between the server and this browser by how `GET /doctor/stream` arrives: a numbered comment each
 * second for a minute. No DOM; times are given to it, in milliseconds of any one clock.
 *
 * The server's clock isn't known here. The number that arrived soonest after its turn is taken as undelayed, and the
 * others are measured against it: buffering is uneven delay.
 */

export const EXPECTED = 60;
const STEP_MS = 1000;
/** A number that is so late was held back; so much is worth a word. */
export const LATE_MS = 1500;
export const UNEVEN_MS = 400;
const FIRST_MS = 3000;
const TOGETHER_MS = 250;
const ENCODED = /gzip|br|zstd|deflate/;

/** @typedef {{tone: 'ok'|'warn'|'bad', name: string, title: string, text: string}} Finding */

export class Doctor {
  #decoder = new TextDecoder();
  #rest = '';
  #begin;
  #headAfter = null;
  #endAfter = null;
  #headers = new Headers();
  #error = null;
  /** @type {{number: number, at: number}[]} */
  #arrivals = [];

  /** @param {number} now when it is asked */
  constructor(now) {
    this.#begin = now;
  }

  /** The answer's head has come. @param {Headers} headers */
  head(now, headers) {
    this.#headAfter = now - this.#begin;
    this.#headers = headers;
  }

  /** Bytes have come. A line may be cut anywhere. */
  bytes(now, chunk) {
    this.#rest += this.#decoder.decode(chunk, { stream: true });
    const lines = this.#rest.split(/\r\n|\n|\r/);
    this.#rest = lines.pop();
    for (const line of lines) {
      const number = /^:\s*(\d+)\s*$/.exec(line);
      if (number) this.#arrivals.push({ number: Number(number[1]), at: now - this.#begin });
    }
  }

  end(now, error = null) {
    this.#endAfter = now - this.#begin;
    this.#error = error;
  }

  /** When each number was sent, when it came, and how late that is. */
  get arrivals() {
    const offset = Math.min(...this.#arrivals.map(({ number, at }) => at - number * STEP_MS));
    return this.#arrivals.map(({ number, at }) => {
      const sent = offset + number * STEP_MS;
      return { number, at, sent, late: at - sent };
    });
  }

  /** What was measured. Times in milliseconds; null where there is nothing yet. */
  get facts() {
    const arrivals = this.arrivals;
    const last = arrivals.at(-1)?.number ?? 0;
    const seen = new Set(arrivals.map(({ number }) => number));
    const gaps = arrivals.slice(1).map(({ at }, index) => at - arrivals[index].at);
    return {
      headAfter: this.#headAfter,
      firstAfter: arrivals[0]?.at ?? null,
      longestWait: gaps.length > 0 ? Math.max(...gaps) : null,
      worstDelay: arrivals.length > 0 ? Math.max(...arrivals.map(({ late }) => late)) : null,
      together: gaps.filter((gap) => gap < TOGETHER_MS).length,
      missing: Array.from({ length: last }, (_, index) => index + 1).filter((number) => !seen.has(number)),
      last,
      endAfter: this.#endAfter,
      encoding: this.#headers.get('Content-Encoding'),
      type: this.#headers.get('Content-Type'),
      via: this.#headers.get('Via'),
    };
  }

  /** @return {Finding[]} the worst first; before the end only what is already certain */
  get findings() {
    const facts = this.facts;
    const found = [];
    if (this.#endAfter !== null && facts.last < EXPECTED) found.push(cut(facts, this.#error));
    if (facts.missing.length > 0) found.push(lost(facts));
    if (facts.worstDelay >= LATE_MS || facts.firstAfter >= FIRST_MS) found.push(buffers(facts));
    if (ENCODED.test(facts.encoding ?? '')) found.push(compresses(facts));
    if (facts.type !== null && !facts.type.startsWith('text/event-stream')) found.push(changes(facts));
    if (facts.worstDelay >= UNEVEN_MS && facts.worstDelay < LATE_MS) found.push(uneven(facts));
    if (found.length === 0 && this.#endAfter !== null) found.push(FINE);
    return found;
  }
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

const finding = (tone, name, title, text) => ({ tone, name, title, text });

const FINE = finding('ok', 'ok', 'Nothing is in the way',
  'Every number arrived in its second. Streams reach this browser as they are sent.');

const cut = ({ last, endAfter }, error) =>
  finding('bad', 'cut', 'Something cuts the stream',
    `It ${error ? 'broke off' : 'was closed'} after ${seconds(endAfter)}, at number ${last} of ${EXPECTED}. Look for a ` +
    'limit on the length of a response or of a request: a proxy’s read or total timeout (nginx: proxy_read_timeout; ' +
    'haproxy: timeout server, timeout tunnel), or a load balancer’s.');

const lost = ({ missing }) =>
  finding('bad', 'missing', 'Numbers are missing',
    `${missing.slice(0, 10).join(', ')}${missing.length > 10 ? '…' : ''} never arrived. ` +
    'Something on the way rewrites the stream.');

const buffers = ({ worstDelay, together, firstAfter }) =>
  finding('bad', 'buffers', 'Something buffers the stream',
    `Numbers arrived up to ${seconds(worstDelay)} late, ${together} of them together with the one before; the first ` +
    `after ${seconds(firstAfter)}. Turn buffering off for the streams (nginx: proxy_buffering off, or let it honour ` +
    'X-Accel-Buffering; Apache: flushpackets=on), and look for compression, a virus scanner or a content cache on the way.');

const compresses = ({ encoding }) =>
  finding('warn', 'compresses', 'Something compresses the stream',
    `It came with Content-Encoding: ${encoding}. A compressor delays bytes until it has enough of them; the server asked ` +
    'for no-transform. Exclude text/event-stream from compression.');

const changes = ({ type }) =>
  finding('bad', 'type', 'This is not an event stream',
    `Its type is ${type}. Another server answered, or the type was changed on the way.`);

const uneven = ({ worstDelay }) =>
  finding('warn', 'uneven', 'The stream arrives slightly unevenly',
    `Numbers arrived up to ${seconds(worstDelay)} late: a slow or busy line, a busy machine, or a small buffer. ` +
    'Streams work well enough with that.');
