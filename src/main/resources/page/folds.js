/**
 * Groups of lines that a reader can fold: GitHub's `::group::` and `##[group]`, GitLab's sections, Buildkite's `---`,
 * `+++` and `~~~`, and the events from `item_started` to `item_completed`. No DOM.
 *
 * A group is folded as its system folds it, but never one that still grows or has an error in it, and nothing is folded
 * under a reader who has scrolled up. Each line is read once, and again when it has changed.
 */

import { itemKey } from './items.js';
import { Taken } from './lines.js';
import { firstIndex } from './ordered.js';

/** A group in more groups takes the place of the innermost. */
const MOST_DEPTH = 8;

/** As a command, or as its logs have it, with a time. */
const GITHUB = /^\s*(?:(\d{4}-\d\d-\d\dT[\d:.]+Z) )?(?:##\[(end)?group\]|::(end)?group::)/;
/** Each section's marker is erased by what follows it, so that only what was sent has it. */
const GITLAB = /section_(start|end):(\d{1,12}):([\w.-]{1,200})(\[[^\]\r\n]*\])?\r\x1b\[0K/g;
const BUILDKITE = /^(---|\+\+\+|~~~) +(?=\S)/;
/** Names of files in a diff, Go's results, and what is underlined on both sides, as by Maven. */
const NOT_BUILDKITE = /^(?:--- (?:FAIL|PASS|SKIP|BENCH):|(?:---|\+\+\+) (?:[ab]\/|\/dev\/null|.*\t))|\s[-+~]{3,}\s*$/;
const BEFORE_PLUS = /^(?:---|\+{1,3}) /;
const OPENED_LATER = /^\^\^\^ \+\+\+\s*$/;

/**
 * @typedef {Object} Group `header` is the number of the line that begins it, `end` one past its last line, Infinity while it
 * grows; `kind` github, gitlab, buildkite or item; `name` is for where the header has no text; its title begins at `from` in that;
 * `isFolded` by its system, `isFaint`, `isCollapsed` now; `isChosen` if the reader, or the log, said so; `opening` and `closing`
 * are lines, null while it grows; `seconds` (`began`, `ended`) since 1970, if the log has them; `parent` is the group around it
 */

export class Folds {
  #lines;
  #mayCollapse;
  #hasError;
  #taken = new Taken();
  /** Ordered by their headers. @type {Group[]} */
  #groups = [];
  /** The innermost that grows. @type {?Group} */
  #open = null;
  /** Items by their keys, until they are completed. */
  #items = new Map();
  /** Lines that only end a group, and those of them that are shown. */
  #markers = new Set();
  #shown = new Set();
  /** What lines that may change have done, to undo it. */
  #journal = [];
  #start = 0;
  #generation = 0;
  /** The first line that is shown otherwise than before. */
  #changed = Infinity;

  /**
   * @param {{mayCollapse: () => boolean, hasError: (from: number, to: number) => boolean}} reader whether a group that
   *     ends may be folded, and whether lines have an error
   */
  constructor(lines, { mayCollapse, hasError }) {
    this.#lines = lines;
    this.#mayCollapse = mayCollapse;
    this.#hasError = hasError;
  }

  /**
   * Reads what is new.
   * @return {number} the first line that is new, another than before, or shown otherwise; the end if there is none
   */
  take() {
    const lines = this.#lines;
    const from = this.#taken.take(lines);
    this.#changed = from;
    if (this.#generation !== lines.generation) this.#beginAnew();
    this.#rollBack(from);
    if (lines.start > this.#start) this.#forgetCut();
    for (let number = from; number < lines.end; number++) this.#read(number, lines.line(number));
    this.#journal = this.#journal.filter(({ number }) => number >= lines.changingFrom - 1);
    return Math.max(this.#changed, lines.start);
  }

  #beginAnew() {
    this.#generation = this.#lines.generation;
    this.#start = this.#lines.start;
    this.#groups = [];
    this.#journal = [];
    this.#open = null;
    [this.#items, this.#markers, this.#shown].forEach((each) => each.clear());
  }

  /** @return {Group|undefined} the group that a line begins */
  headerAt(number) {
    const group = this.#groups[this.#placeAt(number + 1) - 1];
    return group?.header === number ? group : undefined;
  }

  /** @return {?Group} the innermost group that a line is in; the header is not */
  groupOf(number) {
    let group = this.#groups[this.#placeAt(number) - 1] ?? null;
    while (group && group.end <= number) group = group.parent;
    return group;
  }

  isHidden(number) {
    if (this.#markers.has(number) && !this.#shown.has(number)) return true;
    for (let group = this.groupOf(number); group; group = group.parent) if (group.isCollapsed) return true;
    return false;
  }

  /** Folds or opens the group that a line begins. @return {number} the first line that is shown otherwise */
  toggle(number) {
    const group = this.headerAt(number);
    if (!group) return this.#lines.end;
    choose(group, !group.isCollapsed);
    return number + 1;
  }

  /** Opens the groups that a line is hidden in. @return {?number} the first line that is shown otherwise, or null */
  reveal(number) {
    if (!this.isHidden(number)) return null;
    let first = number;
    if (this.#markers.has(number)) this.#shown.add(number);
    for (let group = this.groupOf(number); group; group = group.parent) {
      if (group.isCollapsed) first = group.header;
      choose(group, false);
    }
    return first;
  }

  setAll(isCollapsed) {
    this.#groups.forEach((group) => choose(group, isCollapsed));
  }

  #read(number, line) {
    if (line.kind === 'text') this.#readText(number, line);
    else if (line.kind === 'done') this.#endUpTo(null, number, number, line);
    else if (line.label !== '' && line.kind === 'started') this.#beginItem(number, line);
    else if (line.label !== '' && line.kind === 'completed') this.#completeItem(number, line);
  }

  #readText(number, line) {
    const { text, raw } = line;
    if (raw?.includes('section_')) return this.#readSections(number, line);
    // Two lines tell a diff, and what a shell traces, from headers.
    if (text[0] === '+' && BEFORE_PLUS.test(this.#lines.line(number - 1)?.text ?? '')) {
      if (this.#open?.header === number - 1) this.#rollBack(number - 1);
      return;
    }
    const github = GITHUB.exec(text);
    if (github) this.#readGithub(github, number, line);
    else if (OPENED_LATER.test(text) && this.#open?.kind === 'buildkite') {
      this.#change(this.#open.header);
      choose(this.#open, false);
    } else if (BUILDKITE.test(text) && !NOT_BUILDKITE.test(text)) this.#beginBuildkite(number, line);
  }

  #readGithub([all, time, ...ends], number, line) {
    const seconds = time ? Date.parse(time) / 1000 || null : null;
    if (ends.some(Boolean)) this.#endMarked('github', null, number, line, seconds);
    else this.#begin(number, line, { kind: 'github', from: all.length, isFolded: true, began: seconds });
  }

  #readSections(number, line) {
    for (const [, which, time, name, options = ''] of line.raw.matchAll(GITLAB)) {
      const isFolded = options.includes('collapsed=true');
      if (which === 'end') this.#endMarked('gitlab', name, number, line, Number(time));
      else this.#begin(number, line, { kind: 'gitlab', name, isFolded, began: Number(time) });
    }
  }

  #beginBuildkite(number, line) {
    if (this.#open?.kind === 'buildkite') this.#endUpTo(this.#open.parent, number, number, line);
    const [all, sign] = BUILDKITE.exec(line.text);
    const about = { kind: 'buildkite', from: all.length, isFolded: sign !== '+++', isFaint: sign === '~~~' };
    this.#begin(number, line, about);
  }

  #beginItem(number, line) {
    const name = itemKey(line.data[0]);
    this.#begin(number, line, { kind: 'item', name, isFolded: false });
    this.#items.set(name, this.#open);
  }

  #completeItem(number, line) {
    const name = itemKey(line.data[0]);
    const group = this.#items.get(name);
    if (!group) return;
    this.#items.delete(name);
    if (group.end === Infinity) this.#endUpTo(group.parent, number + 1, number, line);
    group.closing = line;
  }

  #begin(number, line, { began = null, from = 0, ...about }) {
    if (depthOf(this.#open) >= MOST_DEPTH) this.#endUpTo(this.#open.parent, number, number, line);
    const group = {
      name: '',
      isFaint: false,
      ...about,
      header: number,
      end: Infinity,
      from: from < line.text.length ? from : 0,
      isCollapsed: false,
      isChosen: false,
      opening: line,
      closing: null,
      seconds: { began, ended: null },
      parent: this.#open,
    };
    this.#journal.push({ number, open: this.#open, ended: [] });
    this.#groups.push(group);
    this.#open = group;
  }

  /** Ends the innermost group of a kind and a name, and all in it. */
  #endMarked(kind, name, number, line, seconds) {
    let group = this.#open;
    while (group && !(group.kind === kind && (name === null || group.name === name))) group = group.parent;
    if (!group) return;
    group.seconds.ended = seconds;
    const isAll = kind === 'github' || line.text === '';
    if (isAll) this.#markers.add(number);
    this.#endUpTo(group.parent, isAll ? number + 1 : number, number, line);
  }

  /** Ends all that grow in a group, or all. @param {number} end one past their last line @param number the ending line's */
  #endUpTo(outer, end, number, line) {
    const ended = [];
    const open = this.#open;
    for (; this.#open !== outer; this.#open = this.#open.parent) {
      const group = this.#open;
      ended.push(group);
      group.end = end;
      group.closing = line;
      const folds = group.isFolded && !group.isChosen && this.#mayCollapse();
      if (folds && !this.#hasError(group.header, end)) group.isCollapsed = true;
      // Of a header that was cut off nothing is shown.
      if (group.header >= this.#start) this.#change(group.header);
    }
    this.#journal.push({ number, open, ended });
  }

  #change(number) {
    this.#changed = Math.min(this.#changed, number);
  }

  /** Undoes what lines from a number on have done. */
  #rollBack(from) {
    while (this.#journal.at(-1)?.number >= from) {
      const { number, open, ended } = this.#journal.pop();
      for (const group of ended) {
        group.end = Infinity;
        group.closing = null;
        if (group.isCollapsed || group.header >= this.#start) this.#change(group.header);
        if (!group.isChosen) group.isCollapsed = false;
      }
      while (this.#groups.at(-1)?.header >= number) this.#groups.pop();
      this.#markers.delete(number);
      this.#open = open;
      this.#change(number);
    }
  }

  /** Forgets the groups that were cut off; without its header a group hides nothing. */
  #forgetCut() {
    const { start } = this.#lines;
    this.#start = start;
    for (const set of [this.#markers, this.#shown]) {
      for (const number of set) {
        if (number >= start) break;
        set.delete(number);
      }
    }
    for (const group of this.#groups) {
      if (group.header >= start) break;
      if (group.isCollapsed && group.end > start) this.#change(start);
      choose(group, false);
    }
    this.#groups = this.#groups.filter(({ end }) => end > start);
  }

  /** The place of the first group whose header is not before a line. */
  #placeAt(number) {
    return firstIndex(0, this.#groups.length, (index) => this.#groups[index].header >= number);
  }
}

function choose(group, isCollapsed) {
  group.isCollapsed = isCollapsed;
  group.isChosen = true;
}

function depthOf(group) {
  let depth = 0;
  for (let each = group; each; each = each.parent) depth++;
  return depth;
}
