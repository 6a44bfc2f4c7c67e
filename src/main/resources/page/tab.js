/**
 * What a browser's tab shows of a task: title and icon say how it stands, also while another tab is in front.
 */

const STATES = {
  open: ['●', 'running', '#2457c5'],
  completed: ['✓', 'done', '#176f3d'],
  failed: ['✗', 'failed', '#b3261e'],
  cancelled: ['■', 'cancelled', '#566072'],
};
const DRAWINGS = {
  open: '<path d="M12 9l11 7-11 7z" fill="#fff"/>',
  completed: '<path d="M8 17l6 6 11-13" stroke="#fff" stroke-width="4" fill="none"/>',
  failed: '<path d="M9 9l14 14M23 9L9 23" stroke="#fff" stroke-width="4" fill="none"/>',
  cancelled: '<path d="M10 10h12v12H10z" fill="#fff"/>',
};
const OWN_ICON = 'page/favicon.svg';

/** @param {?{id: string, title: ?string, status: string}} task null for none */
export function showInTab(task) {
  const state = STATES[task?.status];
  const name = task && (task.title || task.id);
  const title = [state && `${state[0]} ${name}`, state?.[1], 'Taskstream'].filter(Boolean).join(' · ');
  if (document.title !== title) document.title = title;
  const icon = document.querySelector('link[rel=icon]');
  const href = state ? iconOf(task.status, state[2]) : OWN_ICON;
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

function iconOf(status, colour) {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    `<rect width="32" height="32" rx="7" fill="${colour}"/>${DRAWINGS[status]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
