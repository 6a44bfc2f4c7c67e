/** What the page remembers of its reader's choices, in local storage; where that is off, while the page is open. */

const PREFIX = 'taskstream.';
const memory = new Map();

/** @return {string} what was chosen, or the default */
export function setting(name, fallback) {
  try {
    return localStorage.getItem(PREFIX + name) ?? memory.get(name) ?? fallback;
  } catch {
    return memory.get(name) ?? fallback;
  }
}

export function remember(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is off.
  }
}

/** As {@link setting}, for what is on or off. */
export function isOn(name, byDefault) {
  return setting(name, byDefault ? 'on' : 'off') === 'on';
}

export function rememberOn(name, on) {
  remember(name, on ? 'on' : 'off');
}

const THEMES = ['system', 'light', 'dark'];
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const themeChanged = () => document.dispatchEvent(new Event('themechange'));

systemDark.addEventListener('change', themeChanged);

/** @return {'system'|'light'|'dark'} */
export function theme() {
  const chosen = setting('theme', 'system');
  return THEMES.includes(chosen) ? chosen : 'system';
}

export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  remember('theme', next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  themeChanged();
}

export function isDark() {
  return theme() === 'system' ? systemDark.matches : theme() === 'dark';
}
