/**
 * Widths in a grid of monospaced characters. No DOM.
 *
 * A terminal's line is as wide as its cells: most characters take one, East Asian ones and most emoji two, combining
 * marks none. It is an estimate, not the Unicode tables; a wrong guess shifts a line's end by a cell and no more.
 */

const PLAIN = /^[\x20-\x7e]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const NONE = /^[\p{Mn}\p{Me}\p{Cf}]/u;

export function cellsOf(text) {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
}

/**
 * Where a text is broken to fit a width: the index of each row's first character; the first is 0.
 * @param {number} columns at least 2
 */
export function breaksOf(text, columns) {
  const breaks = [0];
  if (PLAIN.test(text)) {
    for (let at = columns; at < text.length; at += columns) breaks.push(at);
    return breaks;
  }
  let cells = 0;
  let at = 0;
  for (const character of text) {
    const width = widthOf(character);
    if (cells + width > columns) {
      breaks.push(at);
      cells = 0;
    }
    cells += width;
    at += character.length;
  }
  return breaks;
}

/** The cells of one character: 0, 1 or 2. */
export function widthOf(character) {
  if (character <= '\u02ff') return 1;
  if (NONE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
