/**
 * The styles of text on a terminal: what the parameters of `ESC [ … m` (SGR) make of a style. No DOM.
 *
 * Semicolons separate attributes; colons separate the parts of one, as ECMA-48 and ISO 8613-6 say: `38:2::255:100:0`, `4:3`.
 */

/**
 * @typedef {number} Colour 0 to 255 for the terminal's own; true colours are TRUE_COLOUR + 0xRRGGBB
 * @typedef {Object} Style never changed; null stands for the plain style. `fg`, `bg` are a Colour or null; `underline` is 0 none,
 *     1 single, 2 double, 3 curly, 4 dotted, 5 dashed; `url` is a hyperlink's or null; the others are booleans
 */

export const TRUE_COLOUR = 1 << 24;

const PLAIN = Object.freeze({
  fg: null,
  bg: null,
  bold: false,
  faint: false,
  italic: false,
  underline: 0,
  inverse: false,
  conceal: false,
  strike: false,
  overline: false,
  url: null,
});

const CHANGES = {
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: 1 },
  7: { inverse: true },
  8: { conceal: true },
  9: { strike: true },
  21: { underline: 2 },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underline: 0 },
  27: { inverse: false },
  28: { conceal: false },
  29: { strike: false },
  39: { fg: null },
  49: { bg: null },
  53: { overline: true },
  55: { overline: false },
};
for (let colour = 0; colour < 8; colour++) {
  CHANGES[30 + colour] = { fg: colour };
  CHANGES[40 + colour] = { bg: colour };
  CHANGES[90 + colour] = { fg: colour + 8 };
  CHANGES[100 + colour] = { bg: colour + 8 };
}

const DASHED = 5;
/** 58 colours the underline, which is not shown; but its parameters are not to be taken for others. */
const COLOURS = new Map([[38, 'fg'], [48, 'bg'], [58, null]]);

/** Equal styles are one object, so that a hundred thousand lines share a few. */
const known = new Map();
const MOST_KNOWN = 4096;

/** The style with another link. @param {?Style} style @param {?string} url */
export function linked(style, url) {
  return (style?.url ?? null) === url ? style : shared({ ...(style ?? PLAIN), url });
}

/** The style that follows. @param {?Style} style @param {string} parameters digits, semicolons and colons */
export function restyled(style, parameters) {
  let next = { ...(style ?? PLAIN) };
  const attributes = parameters.split(';');
  while (attributes.length > 0) {
    const [code, ...parts] = attributes.shift().split(':');
    const number = code === '' ? 0 : Number(code);
    if (number === 0) next = { ...PLAIN, url: next.url };
    else if (COLOURS.has(number)) {
      const colour = parts.length > 0 ? colourOfParts(parts) : colourOfAttributes(attributes);
      if (colour !== null && COLOURS.get(number) !== null) next[COLOURS.get(number)] = colour;
    } else if (number === 4 && parts.length > 0) {
      if (Number(parts[0]) <= DASHED) next.underline = Number(parts[0]);
    } else Object.assign(next, CHANGES[number]);
  }
  return shared(next);
}

/** `5:n`, `2:r:g:b`, or with a colour space `2::r:g:b` and perhaps a tolerance behind. */
function colourOfParts([kind, ...rest]) {
  if (kind === '5') return indexed(rest[0]);
  if (kind === '2') return rest.length > 3 ? trueColour(rest.slice(1, 4)) : trueColour(rest);
  return null;
}

/** `5;n` or `2;r;g;b`: takes them off the attributes. */
function colourOfAttributes(attributes) {
  const kind = attributes.shift();
  if (kind === '5') return indexed(attributes.shift());
  if (kind === '2') return trueColour(attributes.splice(0, 3));
  return null;
}

function indexed(text) {
  return text !== undefined && Number(text) <= 255 ? Number(text) : null;
}

function trueColour(parts) {
  const [red, green, blue] = parts.map(Number);
  if (parts.length !== 3 || !(red <= 255 && green <= 255 && blue <= 255)) return null;
  return TRUE_COLOUR + (red << 16) + (green << 8) + blue;
}

function shared(style) {
  const key = Object.values(style).join();
  if (key === PLAIN_KEY) return null;
  const same = known.get(key);
  if (same) return same;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, Object.freeze(style));
  return style;
}

const PLAIN_KEY = Object.values(PLAIN).join();
