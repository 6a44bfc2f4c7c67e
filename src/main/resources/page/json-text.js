/**
 * JSON as it was sent, compact or indented. No DOM.
 *
 * `JSON.parse` makes other numbers of long integers, `1e400` and `0.00042`, and forgets members whose name comes again. So what
 * is shown is made from the source text; only strings are written anew, so that their characters can be read and found.
 * All texts given here are JSON.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;
const OPENING = ['{', '['];
const CLOSING = ['}', ']'];

/** Without blanks between the tokens. */
export function compact(json) {
  return json.match(TOKEN).map(readable).join('');
}

export function pretty(json) {
  const tokens = json.match(TOKEN);
  const lines = [];
  let line = '';
  let depth = 0;
  const endLine = () => {
    lines.push(line);
    line = '  '.repeat(depth);
  };
  tokens.forEach((token, index) => {
    if (CLOSING.includes(token)) {
      depth--;
      if (!OPENING.includes(tokens[index - 1])) endLine();
      line += token;
    } else if (OPENING.includes(token)) {
      depth++;
      line += token;
      if (!CLOSING.includes(tokens[index + 1])) endLine();
    } else if (token === ',') {
      line += token;
      endLine();
    } else line += token === ':' ? ': ' : readable(token);
  });
  lines.push(line);
  return lines;
}

/**
 * The members of an object, in their order, also those whose name comes again.
 * @return {[string, string][]} names, and the values' JSON; none for what is no object
 */
export function members(json) {
  if (json?.trimStart()[0] !== '{') return [];
  const found = [];
  let depth = 0;
  let name = null;
  let from = 0;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (CLOSING.includes(token)) depth--;
    if ((depth === 0 || (depth === 1 && token === ',')) && name !== null) {
      found.push([name, json.slice(from, index).trim()]);
      name = null;
    } else if (depth === 1 && token === ':') from = index + 1;
    else if (depth === 1 && name === null && token[0] === '"') name = JSON.parse(token);
    if (OPENING.includes(token)) depth++;
  }
  return found;
}

/** The JSON of a member; undefined if there is none. Of members of one name it is the last, as for `JSON.parse`. */
export function member(json, name) {
  return members(json).findLast(([each]) => each === name)?.[1];
}

/** A string's characters; of other values the compact JSON; empty for undefined. */
export function textOf(json) {
  if (json === undefined) return '';
  return json.startsWith('"') ? JSON.parse(json) : compact(json);
}

function readable(token) {
  return token[0] === '"' ? JSON.stringify(JSON.parse(token)) : token;
}
