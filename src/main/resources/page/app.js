/**
 * Taskstream's page: the list of tasks (`#/`), one task live (`#/tasks/{id}`), several
 * (`#/watch?task=a&task=b`), the connection doctor (`#/doctor`).
 *
 * No framework and no build step: these modules are what the browser runs. Those that say "No DOM" hold the logic and run
 * anywhere; the others draw. Nothing is inline, nothing evaluated.
 */

import { mountDoctor } from './doctor-view.js';
import { h, icon, loadIcons, replace } from './dom.js';
import { openHelp } from './keys.js';
import { nextTheme, theme } from './settings.js';
import { isSignedIn, signOut } from './sign-in.js';
import { mountTask } from './task-view.js';
import { mountTasks } from './tasks-view.js';
import { mountWatch } from './watch-view.js';

const main = document.getElementById('main');
let leave = () => {};
let current = null;

function route() {
  const [path, search] = parts();
  const address = `${path}?${search}`;
  if (address === current) return;
  const first = current === null;
  current = address;
  leave();
  leave = show(path, new URLSearchParams(search));
  markNavigation(path);
  if (!first) main.querySelector('h1')?.focus({ preventScroll: true });
}

function parts() {
  const [path, search = ''] = (location.hash.replace(/^#/, '') || '/').split('?');
  return [path, search];
}

function show(path, query) {
  const task = /^\/tasks\/([^/]+)$/.exec(path);
  document.body.classList.toggle('in-task', task !== null || path === '/watch');
  if (path === '/') return mountTasks(main, query);
  if (path === '/doctor') return mountDoctor(main);
  if (path === '/watch') return mountWatch(main, query);
  if (task) return mountTask(main, decode(task[1]), query);
  const title = h('h1', { tabindex: '-1' }, 'There is no such page');
  const all = h('p', h('a', { href: '#/' }, 'All tasks'));
  replace(main, h('div.page', h('div.empty', icon('search'), title, all)));
  return () => {};
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function markNavigation(path) {
  for (const link of document.querySelectorAll('.nav a')) {
    const here = link.hash === `#${path}` || (link.hash === '#/' && path.startsWith('/tasks'));
    link.ariaCurrent = here ? 'page' : null;
  }
}

const themeButton = document.getElementById('theme');

function labelTheme() {
  const name = theme();
  const label = `Theme: ${name === 'system' ? 'as the system' : name}`;
  themeButton.ariaLabel = themeButton.title = label;
  replace(themeButton, icon({ system: 'auto', light: 'sun', dark: 'moon' }[name]));
}

themeButton.addEventListener('click', () => {
  nextTheme();
  labelTheme();
});
// The address after the # is the route, so the skip link can't be an ordinary one.
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
const helpButton = document.getElementById('help');
replace(helpButton, icon('question'));
helpButton.addEventListener('click', openHelp);
const signOutButton = document.getElementById('sign-out');
const showSignOut = () => (signOutButton.hidden = !isSignedIn());
signOutButton.addEventListener('click', async () => {
  await signOut();
  location.reload();
});
document.addEventListener('signedin', showSignOut);
showSignOut();
addEventListener('hashchange', route);
document.addEventListener('addressreplaced', () => {
  current = parts().join('?');
});
loadIcons().catch(() => {});
labelTheme();
route();
