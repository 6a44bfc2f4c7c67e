/**
 * The few lines of help that building DOM by hand needs, instead of a framework.
 *
 * Everything a task sends is put in as text nodes, never as markup, so that no output can become part of the page;
 * the page's content security policy (no inline script, no inline style) holds for the same reason.
 */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {?Object} attributes `onclick` and the like are listeners; true sets an empty attribute; null and false set
 *     none
 * @param {...(Node|string|number|null|Array)} children
 */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** As {@link h}, for SVG. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
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
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' }, use);
}

/** A button with an icon and a name that is read out and shown as a tooltip. */
export function iconButton(name, label, attributes) {
  const { class: extra = '', ...rest } = attributes;
  return h(
    'button',
    { type: 'button', class: `icon-button ${extra}`, 'aria-label': label, title: label, ...rest },
    icon(name),
  );
}

/** Replaces what an element holds. */
export function replace(element, ...children) {
  element.replaceChildren(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
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
  replace(place, h('p', { class: `toast toast-${tone}`, 'data-testid': 'toast' }, text));
  announce(text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => replace(place), tone === 'bad' ? 8000 : 3000);
}

/** Puts text on the clipboard; on plain http, where the clipboard interface is missing, by way of a text area. */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
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

/** Offers text as a file. */
export function saveAs(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  saveFrom(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
