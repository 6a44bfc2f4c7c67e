/** The connection doctor: runs the check and draws when each number was sent and when it came. */

import { address } from './api.js';
import { Doctor, EXPECTED, LATE_MS, UNEVEN_MS } from './doctor.js';
import { announce, h, icon, replace, setText, svg } from './dom.js';
import { shellLine } from './pipe.js';
import { useKeys } from './keys.js';

const LEFT = 38;
const RIGHT = 14;
const HEIGHT = 124;
const SENT_Y = 10;
const CAME_Y = 92;

export function mountDoctor(main) {
  const view = new DoctorView(main);
  return () => view.stop();
}

class DoctorView {
  #abort = null;

  constructor(main) {
    const onclick = () => (this.#abort ? this.stop() : this.#run());
    this.button = h('button.button.primary', { onclick, testid: 'doctor-run' });
    this.progress = h('progress', { max: EXPECTED, value: 0, 'aria-label': 'Numbers received', hidden: true });
    this.count = h('span.muted', { testid: 'doctor-count' });
    this.verdict = h('div.findings', { testid: 'doctor-verdict' });
    this.chart = h('div.chart');
    this.facts = h('dl.facts', { testid: 'doctor-facts' });
    this.result = h('section.card', { hidden: true, 'aria-label': 'Arrivals' }, this.chart, this.facts);
    const lead =
      'Proxies, scanners and caches between a browser and the server can delay, abort or compress a live stream. ' +
      'For one minute the server sends a number each second; their arrival shows what is on the way.';
    const page = h('div.page.narrow', [
      h('div.page-head', h('h1', { tabindex: '-1' }, 'Connection doctor')),
      h('p.lead', lead),
      h('div.doctor-run', this.button, this.progress, this.count),
      this.verdict,
      this.result,
      h('section.card', { 'aria-label': 'From a shell' }, [
        h('h2', 'From a shell'),
        h('p', 'The same check from another machine: one number a second, evenly, up to 60.'),
        shellLine(`curl -N ${address('doctor/stream')}`, 'Command that runs the check', 'doctor-line'),
      ]),
    ]);
    replace(main, page);
    this.#label();
    useKeys({});
  }

  stop() {
    this.#abort?.abort();
  }

  #label() {
    replace(this.button, icon(this.#abort ? 'stop' : 'pulse'), this.#abort ? 'Stop' : 'Run the check');
  }

  async #run() {
    const abort = new AbortController();
    const doctor = new Doctor(performance.now());
    this.#abort = abort;
    this.#label();
    this.progress.hidden = false;
    replace(this.verdict);
    setText(this.count, 'Waiting for the first number…');
    try {
      await this.#read(doctor, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(error);
    }
    this.#abort = null;
    this.progress.hidden = true;
    this.#label();
    if (abort.signal.aborted) setText(this.count, 'Stopped.');
    else this.#finish(doctor);
  }

  async #read(doctor, signal) {
    const response = await fetch(address('doctor/stream'), {
      headers: { Accept: 'text/event-stream' },
      cache: 'no-store',
      signal,
    });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    doctor.head(performance.now(), response.headers);
    const reader = response.body.getReader();
    this.#draw(doctor);
    let failure = null;
    try {
      for (let part; !(part = await reader.read()).done; this.#draw(doctor)) doctor.bytes(performance.now(), part.value);
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
    doctor.end(performance.now(), failure);
  }

  #failed(error) {
    setText(this.count, '');
    this.result.hidden = true;
    const text = error instanceof TypeError ? 'The server can’t be reached.' : error.message;
    replace(this.verdict, finding({ tone: 'bad', name: 'failed', title: 'The check could not be run', text }));
  }

  #finish(doctor) {
    if (doctor.facts.endAfter === null) return;
    this.#draw(doctor);
    replace(this.verdict, doctor.findings.map(finding));
    announce(`The check is done: ${doctor.findings[0].title}`);
  }

  #draw(doctor) {
    const { arrivals, facts } = doctor;
    this.result.hidden = false;
    this.progress.value = arrivals.length;
    setText(this.count, `${arrivals.length} of ${EXPECTED}`);
    replace(this.chart, chart(doctor, this.chart.clientWidth));
    const fact = ([name, value]) => h('div', h('dt', name), h('dd', value));
    replace(this.facts, factsOf(facts).map(fact));
  }
}

function finding({ tone, name, title, text }) {
  const attributes = { class: `notice-${tone}`, testid: 'finding', 'data-name': name };
  const drawing = icon(tone === 'ok' ? 'check' : 'alert');
  return h('article.notice', attributes, drawing, h('div', h('h2', title), h('p', text)));
}

function factsOf({ headAfter, firstAfter, longestWait, worstDelay, together, missing, encoding, type, via }) {
  const ms = (value) =>
    value === null ? '–' : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
  const protocol = performance.getEntriesByType('navigation')[0]?.nextHopProtocol;
  return [
    ['Head after', ms(headAfter)],
    ['First number after', ms(firstAfter)],
    ['Longest wait between two', ms(longestWait)],
    ['Worst delay', ms(worstDelay)],
    ['Arrived together', String(together)],
    ['Missing', missing.length === 0 ? 'none' : missing.join(', ')],
    ['Content-Encoding', encoding ?? 'none'],
    ['Content-Type', type ?? 'none'],
    ['Via', via ?? 'none'],
    ['Protocol', protocol || 'unknown'],
  ];
}

/**
 * Above the numbers as they were sent, below as they came, a line from each to each: upright is good, a fan is a
 * buffer. Drawn to the width there is, so that the text keeps its size on a phone.
 */
function chart(doctor, width) {
  const { arrivals } = doctor;
  const second = (width - LEFT - RIGHT) / EXPECTED;
  const base = arrivals.length > 0 ? arrivals[0].sent - arrivals[0].number * 1000 : 0;
  const sentX = (number) => LEFT + number * second;
  const cameX = (at) => Math.min(LEFT + ((at - base) / 1000) * second, width - 4);
  const every = width < 420 ? 20 : 10;
  const drawn = [];
  for (let at = 0; at <= EXPECTED; at += every) {
    const x = sentX(at);
    drawn.push(
      svg('line.grid', { x1: x, x2: x, y1: SENT_Y - 8, y2: CAME_Y + 8 }),
      svg('text', { x, y: CAME_Y + 24, 'text-anchor': 'middle' }, `${at} s`),
    );
  }
  for (let number = 1; number <= EXPECTED; number++)
    drawn.push(svg('circle.sent', { cx: sentX(number), cy: SENT_Y, r: 1.75 }));
  for (const { number, at, late } of arrivals) {
    const tone = late >= LATE_MS ? 'bad' : late >= UNEVEN_MS ? 'warn' : 'ok';
    const [from, to] = [sentX(number), cameX(at)];
    drawn.push(
      svg('line', { class: `way ${tone}`, x1: from, y1: SENT_Y + 3, x2: to, y2: CAME_Y - 3 }),
      svg('circle', { class: `came ${tone}`, cx: to, cy: CAME_Y, r: 2.25 }),
    );
  }
  drawn.push(svg('text', { x: 0, y: SENT_Y + 4 }, 'sent'), svg('text', { x: 0, y: CAME_Y + 4 }, 'came'));
  const label = `${arrivals.length} of ${EXPECTED} numbers have come; the facts are below`;
  const size = { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT };
  return svg('svg', { ...size, role: 'img', 'aria-label': label }, drawn);
}
