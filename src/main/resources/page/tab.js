/**
 * What a browser's tab shows of a task: title and icon say how it stands, also while another tab is in front.
 */

/** Sign, word, colour and drawing. */
const STATES = {
  open: ['●', 'running', '#2457c5', '<path d="M12 9l11 7-11 7z" fill="#fff"/>'],
  completed: ['✓', 'done', '#176f3d', '<path d="M8 17l6 6 11-13" stroke="#fff" stroke-width="4" fill="none"/>'],
  failed: ['✗', 'failed', '#b3261e', '<path d="M9 9l14 14M23 9L9 23" stroke="#fff" stroke-width="4" fill="none"/>'],
  cancelled: ['■', 'cancelled', '#566072', '<path d="M10 10h12v12H10z" fill="#fff"/>'],
};

/** @param {?{id: string, title: ?string, status: string}} task null for none */
export function showInTab(task) {
  const [sign, word, colour, drawing] = STATES[task?.status] ?? [];
  const name = task && (task.title || task.id);
  document.title = [sign && `${sign} ${name}`, word, 'Taskstream'].filter(Boolean).join(' · ');
  const icon = document.querySelector('link[rel=icon]');
  const href = sign ? iconOf(colour, drawing) : 'page/favicon.svg';
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

function iconOf(colour, drawing) {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    `<rect width="32" height="32" rx="7" fill="${colour}"/>${drawing}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
