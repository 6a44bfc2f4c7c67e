/**
 * Draws one row of the output: a line, a part of a wrapped line, or a part of an opened item's JSON.
 *
 * Colours are set through the style object, which the page's security policy allows where it forbids the attribute.
 */

import { h } from './dom.js';
import { full } from './format.js';
import { LABEL_WIDTH } from './items.js';
import { drawnEnd, skippedText } from './lines.js';
import { coloursOf } from './palette.js';
import { runsOf } from './terminal-row.js';

/**
 * @typedef {Object} Looks what all rows on screen have in common: `time(line)` gives text and whether it is exact, `numbers` have
 * `address(number)` and `choose(number, extend)`, both missing where they are off; `numberOf(place)` counts from 0, null for what
 * is not known; `target` are the numbers that the page's address points at; `search`; `faults` says the kind `of(line)` and the
 * `current` one; `dark`; `toggle(place)` opens a line, `fold(place)` a group; `folds`; `tookOf(group)` is how long it took,
 * `since` when one grows, or null; `pauseBefore(place)` is how long nothing came, where that is long
 */

/** @param {Line} line @param {number} number the line's @param {Part} part what of it @param {Looks} looks */
export function drawRow(line, number, part, looks) {
  const isText = line.kind === 'text';
  const fault = looks.faults?.of(line) ?? null;
  const group = looks.folds.headerAt(number);
  const attributes = {
    class: [
      `tone-${line.tone}`,
      `kind-${line.kind}`,
      isTarget(looks.numberOf(number), looks.target) && 'target',
      fault && `fault-${fault}`,
      group && 'group',
      group?.isFaint && 'faint',
      looks.folds.groupOf(number) && 'in-group',
      fault && looks.faults.current === number && 'fault-current',
    ],
    'data-line': number,
    'data-kind': line.kind,
    'data-from': part.json === null ? part.from : null,
    onclick: group && ((event) => clicked(event) && looks.fold(number)),
  };
  // Where the line is wrapped, there is room behind its end.
  const isLast = part.json === null && part.to >= drawnEnd(line);
  return h('div.row', attributes, [
    fault && part.first && isText && signOf(fault),
    looks.numbers && numberOf(line, part, looks.numberOf(number), looks.numbers),
    looks.time && timeOf(line, part, looks.time),
    !isText && labelOf(line, number, part, looks),
    group && foldOf(line, number, part, group, looks),
    part.first && line.skip > 0 && h('span.rest', skippedText(line)),
    part.json === null ? textOf(line, number, part, looks) : h('span.text.json', part.json),
    group && part.first && tookOf(looks.tookOf(group)),
    isLast && pauseOf(looks.pauseBefore(number)),
  ]);
}

const SIGNS = { error: ['✖', 'Error'], warning: ['▲', 'Warning'] };

/** Not by colour alone. */
function signOf(fault) {
  const [sign, name] = SIGNS[fault];
  return h('span.sign', { role: 'img', 'aria-label': name, title: name }, sign);
}

function isTarget(number, target) {
  return target && number !== null && number >= target.from && number <= target.to;
}

/** Readers count from 1. A link, so that its address can be copied; not among those that Tab stops at, for there are many. */
function numberOf(line, part, number, { address, choose }) {
  if (!part.first || !line.isFirst || number === null) return h('span.number');
  const onclick = (event) => {
    event.preventDefault();
    choose(number, event.shiftKey);
  };
  const title = 'Link to this line; with Shift to all lines up to this';
  return h('a.number', { href: address(number), tabindex: '-1', title, onclick }, String(number + 1));
}

function timeOf(line, part, time) {
  if (!part.first) return h('span.time');
  const { text, at, exact } = time(line);
  const hint = exact ? full(at) : `Arrived ${full(at)}; the time of the event is not known`;
  return h('span.time', { class: !exact && 'about', title: hint }, text);
}

function labelOf(line, number, part, looks) {
  const label = part.first ? line.label : '';
  const padded = [h('span.word', label), ' '.repeat(LABEL_WIDTH - label.length)];
  if (!line.detail || !part.first) return h('span.label', padded);
  const look = { testid: 'item-toggle', title: line.open ? 'Hide the whole item' : 'Show the whole item' };
  const onclick = () => looks.toggle(number);
  return h('button.label.disclose', { ...look, 'aria-expanded': String(line.open), onclick }, padded);
}

/** Not to follow a link or to select text. */
function clicked(event) {
  return !event.target.closest('a, button') && document.getSelection().isCollapsed;
}

function foldOf(line, number, part, group, looks) {
  if (!part.first) return h('span.fold');
  const name = line.text.slice(group.from) || group.name;
  const look = { testid: 'fold', title: group.isCollapsed ? 'Open the group' : 'Fold the group' };
  const said = { 'aria-expanded': String(!group.isCollapsed), 'aria-label': `Group ${name}` };
  const onclick = () => looks.fold(number);
  return h('button.fold', { ...look, ...said, onclick }, line.text === '' && name);
}

function tookOf(took) {
  return took && h('span.took', { 'data-since': took.since, testid: 'took' }, took.text);
}

function pauseOf(pause) {
  return pause && h('span.pause', { title: 'Since the line before', testid: 'pause' }, `+ ${pause}`);
}

function textOf(line, number, part, looks) {
  const text = h('span.text');
  const runs = runsOf(line.text, line.parts);
  const marks = marksOf(line, number, looks.search);
  let at = 0;
  for (const run of runs) {
    const from = Math.max(at, part.from);
    const to = Math.min(at + run.text.length, part.to);
    if (to > from) appendRun(text, run.style, run.text.slice(from - at, to - at), from, marks, looks.dark);
    at += run.text.length;
    if (at >= part.to) break;
  }
  const hidden = line.text.length - drawnEnd(line);
  if (hidden > 0 && part.to >= drawnEnd(line))
    text.append(h('span.rest', ` … ${hidden} more characters; copy or download has them`));
  return text;
}

function marksOf(line, number, search) {
  if (!search?.query) return [];
  const { current, query } = search;
  return search.offsetsIn(line.text.slice(0, drawnEnd(line) + query.length)).map((offset) => ({
    from: offset,
    to: offset + query.length,
    current: current !== null && current.line === number && current.offset === offset,
  }));
}

/** Appends a run's text, cut where a match begins or ends. `offset` is where in the line it begins. */
function appendRun(parent, style, text, offset, marks, dark) {
  const place = styled(style, dark);
  let at = offset;
  const end = offset + text.length;
  for (const mark of marks) {
    if (mark.to <= at || mark.from >= end) continue;
    const from = Math.max(mark.from, at);
    const to = Math.min(mark.to, end);
    if (from > at) place.append(text.slice(at - offset, from - offset));
    place.append(h('mark', { class: mark.current && 'current' }, text.slice(from - offset, to - offset)));
    at = to;
  }
  if (at < end) place.append(text.slice(at - offset));
  parent.append(place);
}

function styled(style, dark) {
  if (style === null) return document.createDocumentFragment();
  const { bold, italic, conceal, url } = style;
  const element = h(url ? 'a' : 'span', {
    class: [bold && 'ansi-bold', italic && 'ansi-italic', conceal && 'ansi-conceal'],
    ...(url && { href: url, target: '_blank', rel: 'noopener noreferrer' }),
  });
  const { color, background } = coloursOf(style, dark);
  if (color && !conceal) element.style.color = color;
  if (background) element.style.backgroundColor = background;
  const line = decorationOf(style);
  if (line !== '') element.style.textDecoration = line;
  return element;
}

const UNDERLINES = ['', 'underline', 'underline double', 'underline wavy', 'underline dotted', 'underline dashed'];

function decorationOf({ underline, strike, overline, url }) {
  const lines = [UNDERLINES[underline || (url ? 1 : 0)], strike && 'line-through', overline && 'overline'];
  return lines.filter(Boolean).join(' ');
}
