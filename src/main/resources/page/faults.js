/**
 * Which lines are errors and warnings of builds, by what the well-known tools begin them with. No DOM.
 *
 * A line that only speaks of errors (`0 errors`, `error-prone-core`) is none, so the whole beginning of a line counts and
 * never a word in it.
 */

import { Taken } from './lines.js';
import { firstIndex } from './ordered.js';

/** What a line begins with is within so many characters. */
const MOST_LOOKED_AT = 400;
/** Only a line with one of these can be one; looking for them is cheap. */
const HINT = /err|warn|fail|fatal|e {3}|\*\*\*/i;
/** What logs put before a line: a time, GitLab's with its stream, or BuildKit's number of the step and seconds. */
const BEFORE = /^(?:\d{4}-\d\d-\d\d[T ][\d:.,]{8,18}(?:Z|[+-]\d\d:?\d\d)? +(?:\d\d[OE][ +])?|#\d+ [\d.]+ +)/;

/** A place in a file as compilers write it, `a.c:3:5`, `a.ts(1,2)`, also with a drive. */
const PLACE = String.raw`(?:[A-Za-z]:)?[^:]{1,300}?(?::\d+(?::\d+)?(?::| -)|\(\d+(?:,\d+)?\) ?:)`;
const NOTHING = String.raw`(?!(?:0|none|null|false)\s*$)`;

const PATTERNS = [
  ['error', /::error(?: [^:]*(?::(?!:)[^:]*)*)?::/],
  ['warning', /::warning(?: [^:]*(?::(?!:)[^:]*)*)?::/],
  ['error', /##\[error\]/],
  ['warning', /##\[warning\]/],
  // Maven, sbt
  ['error', /\[(?:ERROR|error|FATAL)\] +(?:\[FATAL\] +)?\S/],
  ['warning', /\[(?:WARN|WARNING|warn)\] +\S/],
  // Gradle
  ['error', /> Task \S+ FAILED|FAILURE: /],
  // Compilers, linkers, make
  ['error', String.raw`${PLACE} +(?:fatal )?error(?: [A-Z]+\d+)?:`],
  ['warning', String.raw`${PLACE} +warning(?: [A-Z]+\d+)?:`],
  ['error', /[\w.+/-]{1,100}: (?:fatal )?error: \S/],
  ['error', /(?:\S*\/)?make(?:\[\d+\])?: \*\*\* /],
  // rustc, javac, git, node, pip
  ['error', String.raw`(?:error|Error|ERROR|fatal|fatal error)(?:\[E\d+\])?: +${NOTHING}\S`],
  ['warning', String.raw`(?:warning|WARNING)(?:\[E\d+\])?: +${NOTHING}\S`],
  ['error', /npm (?:ERR!|error) \S/],
  ['warning', /npm (?:WARN|warn) \S/],
  // pytest, cargo, go
  ['error', /E {3,}\S/],
  ['error', /(?:FAILED|ERROR) (?:\S+::\S|\S+\.py\b)/],
  ['error', /\S+::\S+ (?:FAILED|ERROR)\b/],
  ['error', /test \S+ \.\.\. FAILED$/],
  ['error', / *--- FAIL: /],
].map(([kind, pattern]) => [kind, new RegExp(`^(?:${pattern.source ?? pattern})`)]);

/** Maven says so below each failure. */
const ADVICE =
  /^\[ERROR\] +(?:-> \[Help|\[Help \d+\]|Re-run Maven using|To see the full stack trace|For more information about|See (?:dump files|\S+ for the individual))/;

/** What one error has before each of its lines. */
const BLOCK = /^(?:E(?= {3})|npm (?:ERR!|error|WARN|warn)(?= |$))/;

/** @param {string} text of a line @return {?('error'|'warning')} */
export function faultOf(text) {
  const beginning = text.slice(0, MOST_LOOKED_AT);
  if (!HINT.test(beginning)) return null;
  const said = beginning.replace(BEFORE, '');
  const found = PATTERNS.find(([, pattern]) => pattern.test(said));
  return found && !ADVICE.test(said) ? found[0] : null;
}

/** The first lines of errors and warnings; each line is looked at once, and again when it has changed. */
export class Faults {
  #lines;
  #taken = new Taken();
  /** In order. */
  #numbers = { error: [], warning: [] };

  constructor(lines) {
    this.#lines = lines;
  }

  /** Looks at what is new, and forgets what was cut off. */
  take() {
    const lines = this.#lines;
    const from = this.#taken.take(lines);
    for (const numbers of Object.values(this.#numbers)) {
      while (numbers.at(-1) >= from) numbers.pop();
      if (numbers[0] < lines.start) numbers.splice(0, placeOf(numbers, lines.start));
    }
    for (let number = from; number < lines.end; number++) {
      const kind = this.of(lines.line(number));
      if (kind && !this.#goesOn(number)) this.#numbers[kind].push(number);
    }
  }

  #goesOn(number) {
    const [block] = BLOCK.exec(this.#lines.line(number).text) ?? [];
    return block !== undefined && BLOCK.exec(this.#lines.line(number - 1)?.text ?? '')?.[0] === block;
  }

  /** @param {Line} line @return {?('error'|'warning')} */
  of(line) {
    if (line.kind === 'error') return line.label === '' ? null : 'error';
    return line.kind === 'text' ? faultOf(line.text) : null;
  }

  count(kind) {
    return this.#numbers[kind].length;
  }

  /** Whether an error is in the lines from one up to another, without that. */
  isBetween(from, to) {
    return this.#numbers.error[placeOf(this.#numbers.error, from)] < to;
  }

  /** @return {?number} a line's number; null if there is none */
  first(kind) {
    return this.#numbers[kind][0] ?? null;
  }

  /** The first behind a line; behind the last comes the first. */
  next(kind, number) {
    return this.#numbers[kind][placeOf(this.#numbers[kind], number + 1)] ?? this.first(kind);
  }

  /** The last before a line; before the first comes the last. */
  previous(kind, number) {
    const numbers = this.#numbers[kind];
    return numbers[placeOf(numbers, number) - 1] ?? numbers.at(-1) ?? null;
  }

  /** Which of its kind a line is, from 0. */
  indexOf(kind, number) {
    return placeOf(this.#numbers[kind], number);
  }
}

/** Where the first of ordered numbers is that is not below one. */
function placeOf(numbers, least) {
  return firstIndex(0, numbers.length, (index) => numbers[index] >= least);
}
