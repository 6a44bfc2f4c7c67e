/**
 * The colours that a terminal's style has on the page, readable in both themes. No DOM.
 *
 * Programs choose colours for a terminal whose ground they do not know. Whatever they choose, text has a contrast of at
 * least 4.5 (WCAG 1.4.3) on what it stands on: it is mixed with white or black until it has.
 */

import { TRUE_COLOUR } from './sgr.js';

export const LEAST_CONTRAST = 4.5;

/** What the page's text stands on, and its text: the lightest and the darkest ground of rows that output.css and base.css have. */
const THEMES = {
  light: { text: 0x1e2430, grounds: [0xfdfdfe, 0xe9ecf1] },
  dark: { text: 0xd5dce6, grounds: [0x0a0d12, 0x232934] },
};

/** The sixteen as text on the page's own ground, and as ground. */
const TEXT = {
  light: [
    0x1e2430, 0xb3261e, 0x176f3d, 0x855200, 0x1f56c9, 0x9427a8, 0x0a6b7a, 0x566072, 0x626c7d, 0xcf2a20, 0x0f7a3a,
    0x8a5a00, 0x2f63dd, 0xa935c0, 0x0c7383, 0x1e2430,
  ],
  dark: [
    0x7d8798, 0xff8079, 0x6fd38c, 0xe5bd5c, 0x7aa7ff, 0xdb8df0, 0x5fcbd9, 0xd5dce6, 0x8792a4, 0xffa39d, 0x96e6ac,
    0xf7d785, 0xa3c3ff, 0xecb3fa, 0x94e4ee, 0xffffff,
  ],
};
const GROUND = [
  0x1e2430, 0xb3261e, 0x146c39, 0xe0b040, 0x2457c5, 0x8e2aa0, 0x0a6b7a, 0xd5dce6, 0x566072, 0xff8079, 0x6fd38c,
  0xf7d785, 0x9dbdff, 0xe7a6f7, 0x7fdbe6, 0xffffff,
];
const DARK_TEXT = 0x16120a;
const LIGHT_TEXT = 0xffffff;
/** How much of the ground is mixed into faint text. */
const FAINT = 0.35;

const cache = new Map();
const MOST_CACHED = 4096;

/** @param {boolean} dark whether the theme is @return {{color: ?string, background: ?string}} null for the page's own */
export function coloursOf({ fg, bg, inverse, faint }, dark) {
  const key = `${fg},${bg},${inverse},${faint},${dark}`;
  let colours = cache.get(key);
  if (!colours) {
    colours = chosen(fg, bg, inverse, faint, dark ? 'dark' : 'light');
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(key, colours);
  }
  return colours;
}

function chosen(fg, bg, inverse, faint, name) {
  const theme = THEMES[name];
  const ground = inverse ? (fg === null ? theme.text : rgbOf(fg, GROUND)) : bg === null ? null : rgbOf(bg, GROUND);
  const above = inverse ? bg : fg;
  if (ground === null) {
    if (above === null && !faint) return { color: null, background: null };
    const text = above === null ? theme.text : rgbOf(above, TEXT[name]);
    return { color: css(readable(faint ? mixed(text, theme.grounds[0], FAINT) : text, theme.grounds)), background: null };
  }
  const text = above === null ? best(ground) : rgbOf(above, TEXT[best(ground) === LIGHT_TEXT ? 'dark' : 'light']);
  return { color: css(readable(faint ? mixed(text, ground, FAINT) : text, [ground])), background: css(ground) };
}

/** The colour mixed with white or black, whichever is farther from the grounds, until it can be read on all of them. */
function readable(rgb, grounds) {
  const target = best(grounds[0]) === LIGHT_TEXT ? 0xffffff : 0x000000;
  const isReadable = (colour) => grounds.every((ground) => contrast(colour, ground) >= LEAST_CONTRAST);
  let colour = rgb;
  for (let share = 0.1; share <= 1.01 && !isReadable(colour); share += 0.1)
    colour = mixed(rgb, target, Math.min(share, 1));
  return colour;
}

function best(ground) {
  if (contrast(LIGHT_TEXT, ground) > contrast(0x000000, ground)) return LIGHT_TEXT;
  return contrast(DARK_TEXT, ground) >= LEAST_CONTRAST ? DARK_TEXT : 0x000000;
}

/** The contrast of two colours as WCAG 2 defines it, from 1 to 21. */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb) {
  const [red, green, blue] = partsOf(rgb).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function partsOf(rgb) {
  return [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255];
}

function mixed(rgb, target, share) {
  const to = partsOf(target);
  const [red, green, blue] = partsOf(rgb).map((part, index) => Math.round(part + (to[index] - part) * share));
  return (red << 16) | (green << 8) | blue;
}

/** The 256 colours of xterm behind the sixteen: a cube of 6 × 6 × 6, and 24 greys. */
function rgbOf(colour, sixteen) {
  if (colour >= TRUE_COLOUR) return colour - TRUE_COLOUR;
  if (colour < 16) return sixteen[colour];
  if (colour >= 232) return (8 + (colour - 232) * 10) * 0x010101;
  const [red, green, blue] = [36, 6, 1]
    .map((size) => Math.floor((colour - 16) / size) % 6)
    .map((step) => (step === 0 ? 0 : 55 + step * 40));
  return (red << 16) | (green << 8) | blue;
}

function css(rgb) {
  return `#${rgb.toString(16).padStart(6, '0')}`;
}
