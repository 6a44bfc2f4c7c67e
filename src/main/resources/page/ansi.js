/**
 * Colours of terminal output: a line with escape sequences becomes runs of text with a style. No DOM.
 *
 * The escape sequences are read by ansi_up (vendor/ansi_up.js, as published). It writes HTML with style attributes,
 * which the page's security policy rightly refuses; so the two methods that write are overridden here to collect the
 * runs instead. A colour goes on over line ends, as in a terminal; hence each line is read with the style its
 * predecessor ended with.
 */

import { AnsiUp } from './vendor/ansi_up.js';

/**
 * @typedef {{rgb: number[], class_name: string}} Colour class_name is `ansi-red` and so on, or `truecolor`
 * @typedef {{fg: ?Colour, bg: ?Colour, bold: boolean, faint: boolean, italic: boolean, underline: boolean}} Style
 * @typedef {Style & {text: string, url: ?string}} Run
 */

class Reader extends AnsiUp {
  /** @type {Run[]} */
  runs = [];

  transform_to_html(fragment) {
    if (fragment.text.length > 0) this.runs.push({ ...fragment, url: null });
    return '';
  }

  process_hyperlink({ url, text }) {
    const known = /^https?:\/\//i.test(url);
    this.runs.push({ ...this.with_state({ text }), url: known ? url : null });
    return '';
  }

  /** What a sequence that was begun and not finished leaves behind must not colour the next line. */
  begin(style) {
    this._buffer = '';
    this.runs = [];
    Object.assign(this, style ?? PLAIN);
  }

  /** The style now, or null for the plain one. */
  style() {
    const { fg, bg, bold, faint, italic, underline } = this;
    return fg || bg || bold || faint || italic || underline ? { fg, bg, bold, faint, italic, underline } : null;
  }
}

const PLAIN = Object.freeze({ fg: null, bg: null, bold: false, faint: false, italic: false, underline: false });

const reader = new Reader();

/**
 * Reads one line.
 * @param {string} line as {@link tidy} leaves it
 * @param {?Style} style what the line begins with
 * @return {{runs: Run[], style: ?Style}} and the style the next line begins with
 */
export function read(line, style) {
  reader.begin(style);
  reader.ansi_to_html(line);
  return { runs: reader.runs, style: reader.style() };
}

// ESC ] … BEL or ESC \ : window titles and the like; hyperlinks (8) are left to the reader. Likewise DCS, PM, APC.
const OTHER_OSC = /\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[PX^_][^\x1b]*(?:\x1b\\|$)/g;
// A hyperlink's part may end with BEL, which is a control character like any other otherwise.
const LINK_BEL = /(\x1b\]8;[^\x07\x1b]*)\x07/g;
// What has no meaning in a list of lines: every control character but tab and escape.
const CONTROLS = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]/g;
const UNUSUAL = /[\x00-\x1f\x7f-\x9f]/;
const TAB_STOP = 8;

/**
 * One line as a terminal would be left with: of a progress bar that redraws itself with carriage returns the last
 * drawing, no other control characters, tabs as blanks (so that a line's width is the number of its characters).
 */
export function tidy(line) {
  if (!UNUSUAL.test(line)) return line;
  const drawings = line
    .replace(OTHER_OSC, '')
    .replace(LINK_BEL, '$1\x1b\\')
    .split('\r')
    .filter((drawing) => drawing.length > 0);
  const last = (drawings.at(-1) ?? '').replace(CONTROLS, '');
  return last.includes('\t') ? untab(last) : last;
}

function untab(line) {
  let column = 0;
  let out = '';
  for (const piece of line.split(/(\t|\x1b\[[\d;:?]*[ -/]*[@-~])/)) {
    if (piece === '\t') {
      const blanks = TAB_STOP - (column % TAB_STOP);
      out += ' '.repeat(blanks);
      column += blanks;
    } else {
      out += piece;
      if (!piece.startsWith('\x1b')) column += piece.length;
    }
  }
  return out;
}

const LEAST_CONTRAST = 4.5;
const readableColours = new Map();

/**
 * A 256-colour or true colour that can be read on the page's own background: mixed towards white or black until the
 * contrast is 4.5 (WCAG 1.4.3). Programs choose such colours for a dark terminal; on white they would be lost.
 */
export function readable([red, green, blue], dark) {
  const key = `${red},${green},${blue},${dark}`;
  let colour = readableColours.get(key);
  if (!colour) {
    colour = contrasting([red, green, blue], dark);
    if (readableColours.size > 4096) readableColours.clear();
    readableColours.set(key, colour);
  }
  return colour;
}

function contrasting(rgb, dark) {
  const ground = dark ? 0.005 : 0.97;
  const target = dark ? 255 : 0;
  let mixed = rgb;
  for (let share = 0; share <= 1; share += 0.1) {
    mixed = rgb.map((part) => Math.round(part + (target - part) * share));
    const light = luminance(mixed);
    const contrast = (Math.max(light, ground) + 0.05) / (Math.min(light, ground) + 0.05);
    if (contrast >= LEAST_CONTRAST) break;
  }
  return `rgb(${mixed.join(', ')})`;
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
