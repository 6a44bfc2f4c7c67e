/**
 * Signing in, where the server asks for tokens: the token is sent once, and from then on a cookie that no script can read
 * stands for it.
 */

import { address, closeSession, listTasks, openSession } from './api.js';
import { h } from './dom.js';
import { openDialog, openForm } from './dialogs.js';
import { remember, setting } from './settings.js';

/** Local storage is shared by all that this host serves, cookies by what is below one path. */
const SIGNED_IN = `signed-in ${new URL(address('')).pathname}`;

/** Whether this browser has signed in and not out; the session may have ended all the same. */
export const isSignedIn = () => setting(SIGNED_IN, 'no') === 'yes';

function note(signedIn) {
  remember(SIGNED_IN, signedIn ? 'yes' : 'no');
  document.dispatchEvent(new Event('signedin'));
}

/** A button that asks for the token. @param {() => void} then called when the server has taken it */
export function signInButton(then) {
  return h('button.button.primary', { onclick: () => openSignIn(then), testid: 'sign-in' }, 'Sign in');
}

/** Takes the cookie away, whatever the server says: it may be long out of date. */
export async function signOut() {
  await closeSession().catch(() => {});
  note(false);
}

/** Browsers keep the cookie only of a secure connection, and the token must not go over another one. */
const NEEDS_HTTPS =
  'Signing in needs HTTPS: the browser keeps the session’s cookie only over a secure connection, and this page came over ' +
  'plain HTTP. Ask the operator of this server for its https:// address.';

function openSignIn(then) {
  if (!isSecureContext) {
    const text = h('p', { role: 'alert', testid: 'sign-in-error' }, NEEDS_HTTPS);
    return openDialog({ title: 'Sign in', body: [text], testid: 'sign-in-dialog' });
  }
  const token = h('input', {
    id: 'token',
    name: 'token',
    type: 'password',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    testid: 'sign-in-token',
  });
  const hint = 'Ask the operator of this server for it. It is kept in a cookie until it expires.';
  const dialog = openForm({
    title: 'Sign in',
    fields: [h('label', { for: 'token' }, 'Token'), token, h('p.muted', hint)],
    yes: 'Sign in',
    name: 'sign-in',
    run: async () => {
      await openSession(token.value.trim());
      await checkCookie();
      dialog.close();
      note(true);
      then();
    },
  });
}

/** Some browsers keep no secure cookie of a local server over plain HTTP. */
async function checkCookie() {
  try {
    await listTasks({ limit: 1 });
  } catch (failure) {
    if (failure.status === 401) throw new Error(NEEDS_HTTPS);
  }
}
