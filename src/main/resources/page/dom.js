/**
 * The few lines of help that building DOM by hand needs, instead of a framework.
 *
 * Everything a task sends is put in as text nodes, never as markup, so that no output can become part of the page;
 * the page's content security policy (no inline script, no inline style) holds for the same reason.
 */

/**
 * Makes an element.
 *
 * @param {string} selector its tag and classes, as `div.page.narrow`
 * @param {...(Object|Node|string|number|Array|null|false)} parts first, if there are any, attributes: `onclick` and the
 *     like are listeners, `class` is one more or several, `testid` is for tests, true sets an empty attribute, null and
 *     false set none; then children
 */
export function h(selector, ...parts) {
  return made('http://www.w3.org/1999/xhtml', selector, parts);
}

/** As {@link h}, for SVG. */
export function svg(selector, ...parts) {
  return made('http://www.w3.org/2000/svg', selector, parts);
}

function made(namespace, selector, [first, ...rest]) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElementNS(namespace, tag);
  const hasAttributes = first?.constructor === Object;
  const { class: more, testid, ...attributes } = hasAttributes ? first : {};
  const all = [...classes, more].flat().filter(isGiven).join(' ');
  if (all !== '') element.setAttribute('class', all);
  // Left to itself, a button would submit its form.
  if (tag === 'button') element.type = 'button';
  for (const [name, value] of Object.entries({ 'data-testid': testid, ...attributes })) {
    if (!isGiven(value)) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...(hasAttributes ? rest : [first, ...rest]).flat().filter(isGiven));
  return element;
}

function isGiven(value) {
  return value !== null && value !== undefined && value !== false;
}

/**
 * Takes the drawings of icons.svg into the page, once. Referred to where they lie they would be fetched anew for each
 * use, and be missing just when the server can't be reached.
 */
export async function loadIcons() {
  const response = await fetch('page/icons.svg');
  const drawings = new DOMParser().parseFromString(await response.text(), 'image/svg+xml').documentElement;
  drawings.setAttribute('class', 'visually-hidden');
  drawings.setAttribute('aria-hidden', 'true');
  document.body.append(document.adoptNode(drawings));
}

/** One of the drawings in icons.svg; it is decoration, so the button or the text beside it carries the name. */
export function icon(name) {
  const use = svg('use', { href: `#icon-${name}` });
  return svg('svg.icon', { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, use);
}

/** A button with an icon and a name that is read out and shown as a tooltip. */
export function iconButton(name, label, attributes) {
  return h('button.icon-button', { 'aria-label': label, title: label, ...attributes }, icon(name));
}

/** Small buttons that go to the previous of something, `step(-1)`, and to the next. */
export function stepButtons(noun, keys, testid, step) {
  const button = (drawing, way, key, by) =>
    iconButton(drawing, `${way} ${noun} (${key})`, {
      class: 'small',
      onclick: () => step(by),
      testid: `${testid}-${way.toLowerCase()}`,
    });
  return [button('up', 'Previous', keys[0], -1), button('down', 'Next', keys[1], 1)];
}

export function replace(element, ...children) {
  element.replaceChildren(...children.flat().filter(isGiven));
}

/** Puts another address into the address bar without going there. */
export function replaceAddress(address) {
  history.replaceState(null, '', address);
  document.dispatchEvent(new Event('addressreplaced'));
}

/** Sets text only when it differs, so that a refresh neither costs a layout nor disturbs a selection. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says something to a screen reader, politely, once. Used for the connection's state and for what an action led to. */
export function announce(text) {
  setText(document.getElementById('announcer'), text);
}

let toastTimer = 0;

/** Shows a short message at the foot of the page for some seconds. */
export function toast(text, tone = 'plain') {
  const place = document.getElementById('toast');
  replace(place, h('p', { class: `toast toast-${tone}`, testid: 'toast' }, text));
  announce(text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => replace(place), tone === 'bad' ? 8000 : 3000);
}

export async function copy(text, done) {
  try {
    await copyText(text);
    toast(done);
  } catch (error) {
    toast(error.message, 'bad');
  }
}

/** On plain http, where the clipboard interface is missing, it goes by way of a text area. */
async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h('textarea.visually-hidden', { 'aria-hidden': 'true' });
  area.value = text;
  const focused = document.activeElement;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  focused?.focus?.();
  if (!done) throw new Error('The browser did not allow copying.');
}

/** Has the browser save what is at an address of this server. */
export function saveFrom(url, name) {
  h('a', { href: url, download: name }).click();
}

export function saveAs(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  saveFrom(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
