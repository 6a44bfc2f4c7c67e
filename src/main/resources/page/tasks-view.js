/**
 * The list of tasks, newest first, kept fresh: while the page is seen the list, and no single task, is asked for again
 * every few seconds.
 */

import { createTask, listTasks, serverNow } from './api.js';
import { openForm } from './dialogs.js';
import { h, icon, replace, replaceAddress, setText } from './dom.js';
import { ago, count, full, lifetime, plural } from './format.js';
import { useKeys } from './keys.js';
import { taskAddress } from './line-range.js';
import { pipeHelp } from './pipe.js';
import { signInButton } from './sign-in.js';
import { labelChips, lostChip, STATUSES, statusChip, statusName } from './status.js';
import { labelOf, TaskFilter } from './task-filter.js';
import { MOST_WATCHED, watchAddress } from './watch-view.js';

const PAGE = 50;
const REFRESH_MS = 3000;
const TYPING_MS = 250;

/** @param {HTMLElement} main @param {URLSearchParams} query `status` and `q`, text and labels, filter */
export function mountTasks(main, query) {
  const status = STATUSES.includes(query.get('status')) ? query.get('status') : null;
  const view = new TasksView(main, status, query.get('q') ?? '');
  return () => view.dispose();
}

class TasksView {
  #status;
  #filter;
  /** Labels that the tasks have; those of the address count as such. */
  #labels;
  #loaded = { tasks: [], next: null };
  #pages = 1;
  #failures = 0;
  #unknown = false;
  #timer = 0;
  #stop = new AbortController();
  #rows = new Map();
  #loadedOnce = false;
  #picked = new Set();

  constructor(main, status, text) {
    this.#status = status;
    this.#filter = new TaskFilter(text);
    this.#labels = new Set(text.split(/\s+/).filter((word) => /^[^:]+:./.test(word)));
    this.input = h('input.task-filter', {
      type: 'search',
      value: text,
      placeholder: 'Filter: text, or a label as branch:main',
      'aria-label': 'Filter the tasks by text and labels',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => this.#typed(),
      onkeydown: (event) => event.key === 'Escape' && this.#clear(),
      testid: 'filter',
    });
    this.list = h('ul.tasks', { testid: 'task-list', 'aria-label': 'Tasks', 'aria-busy': 'true' }, skeleton());
    const more = { hidden: true, onclick: () => this.#loadMore(), testid: 'load-more' };
    this.more = h('button.button', more, 'Load more');
    this.watch = h('a.button', { hidden: true, testid: 'watch-picked' });
    this.notice = h('div.notice-place');
    this.empty = h('div.empty-place');
    const create = this.#createButton({ testid: 'create' });
    const page = h('div.page', [
      h('div.page-head', h('h1', { tabindex: '-1' }, 'Tasks'), create),
      h('div.filter-bar', this.#filters(), this.watch, this.input),
      this.notice,
      this.list,
      this.empty,
      h('div.more', this.more),
    ]);
    replace(main, page);
    useKeys({ c: () => this.#create(), '/': () => this.input.focus() });
    const seen = () => !document.hidden && this.#refresh();
    document.addEventListener('visibilitychange', seen, { signal: this.#stop.signal });
    this.#refresh();
  }

  dispose() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #create() {
    openCreateDialog(() => this.#refresh());
  }

  #createButton(attributes) {
    const onclick = () => this.#create();
    return h('button.button.primary', { onclick, ...attributes }, icon('plus'), 'New task');
  }

  #filters() {
    const link = (status, name) => {
      const attributes = {
        href: this.#addressOf(status),
        // The text is that at the time of the click.
        onclick: (event) => (event.currentTarget.href = this.#addressOf(status)),
        'aria-current': this.#status === status && 'page',
        testid: `filter-${status ?? 'all'}`,
      };
      return h('a.filter', attributes, name);
    };
    const links = STATUSES.map((status) => link(status, statusName(status)));
    return h('nav.filters', { 'aria-label': 'Filter by status' }, link(null, 'All'), links);
  }

  #addressOf(status) {
    const query = new URLSearchParams(status ? { status } : {});
    if (!this.#filter.isEmpty) query.set('q', this.#filter.text);
    return `#/${query.size > 0 ? `?${query}` : ''}`;
  }

  #typed() {
    const before = this.#filter.labels(this.#labels).join();
    this.#filter = new TaskFilter(this.input.value);
    replaceAddress(this.#addressOf(this.#status));
    if (this.#loadedOnce) this.#show();
    if (this.#filter.labels(this.#labels).join() === before) return;
    this.#pages = 1;
    this.#refreshIn(TYPING_MS);
  }

  #clear() {
    this.input.value = '';
    this.#typed();
  }

  async #loadMore() {
    this.#pages++;
    this.more.disabled = true;
    await this.#refresh();
    this.more.disabled = false;
  }

  async #refresh() {
    clearTimeout(this.#timer);
    const { text } = this.#filter;
    try {
      this.#loaded = await this.#load();
      this.#failures = 0;
      this.#unknown = false;
      this.#show();
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.#failures++;
      this.#unknown = error.status === 401;
      this.#showError(error);
    }
    // It was typed on meanwhile, and what was asked for may be something else.
    if (text !== this.#filter.text) return this.#refreshIn(TYPING_MS);
    // Whoever has not signed in will not be let in by asking again.
    if (document.hidden || this.#unknown) return;
    // More pages are asked for less often, so that a long list costs the server no more than a short one.
    this.#refreshIn(REFRESH_MS * Math.max(this.#pages, Math.min(this.#failures * 2, 10)));
  }

  #refreshIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), ms);
  }

  async #load() {
    const all = new Map();
    const labels = this.#filter.labels(this.#labels);
    let next = null;
    for (let page = 0; page < this.#pages; page++) {
      const answer = await listTasks({ status: this.#status, labels, after: next, limit: PAGE }, this.#stop.signal);
      answer.tasks.forEach((task) => all.set(task.id, task));
      next = answer.next;
      if (next === null) break;
    }
    return { tasks: [...all.values()], next };
  }

  #show() {
    const now = serverNow();
    const arrivals = this.#loadedOnce && this.#filter.isEmpty;
    const { next } = this.#loaded;
    for (const { labels } of this.#loaded.tasks)
      for (const label of Object.entries(labels ?? {})) this.#labels.add(labelOf(label));
    const tasks = this.#loaded.tasks.filter((task) => this.#filter.matches(task));
    const rows = new Map(tasks.map((task) => [task.id, this.#rows.get(task.id) ?? this.#row(task.id, arrivals)]));
    if (!this.#loadedOnce) replace(this.list);
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.element.remove();
    [...rows.values()].forEach((row, index) => {
      row.update(tasks[index], now);
      const there = this.list.children[index] ?? null;
      if (there !== row.element) this.list.insertBefore(row.element, there);
    });
    this.#rows = rows;
    this.#loadedOnce = true;
    this.list.ariaBusy = false;
    this.list.hidden = tasks.length === 0;
    this.list.classList.remove('stale');
    this.more.hidden = next === null;
    replace(this.notice);
    replace(this.empty, tasks.length === 0 && this.#emptyState());
  }

  #row(id, isNew) {
    return new TaskRow(id, isNew, this.#picked.has(id), (isPicked) => {
      if (isPicked) this.#picked.add(id);
      else this.#picked.delete(id);
      const many = this.#picked.size;
      this.watch.hidden = many < 2;
      this.watch.href = watchAddress([...this.#picked]);
      setText(this.watch, many > MOST_WATCHED ? `Watch the first ${MOST_WATCHED}` : `Watch ${many} side by side`);
    });
  }

  #emptyState() {
    if (!this.#filter.isEmpty) {
      const many = this.#loaded.next === null ? '' : ` among the newest ${count(this.#loaded.tasks.length)}`;
      const all = h('button.button', { onclick: () => this.#clear() }, 'Show all');
      return emptyState('search', `No task matches “${this.#filter.text}”${many}`, all);
    }
    if (this.#status) {
      const all = h('p', h('a', { href: '#/' }, 'Show all tasks'));
      return emptyState('list', `No ${statusName(this.#status).toLowerCase()} tasks`, all);
    }
    const text =
      'A task is a stream of events: the lines of a build, the steps of an agent. ' +
      'Create one, pipe something into it, and watch it live.';
    return emptyState('stream', 'No tasks yet', h('p', text), this.#createButton());
  }

  #showError({ status, title, detail }) {
    const trying = 'Trying again by itself.';
    const [what, how] = status === 0 ? ['The server can’t be reached', trying] : [title, detail || trying];
    if (!this.#loadedOnce) replace(this.list);
    this.list.classList.add('stale');
    this.list.ariaBusy = false;
    const again = () => this.#refresh();
    const notice = h('div.notice.notice-bad', { role: 'status', testid: 'list-error' }, [
      icon('alert'),
      h('div', h('strong', this.#unknown ? 'Please sign in' : what), h('p', how)),
      this.#unknown ? signInButton(again) : h('button.button', { onclick: again }, 'Try now'),
    ]);
    replace(this.notice, notice);
  }
}

function emptyState(drawing, title, ...rest) {
  return h('div.empty', { testid: 'empty' }, icon(drawing), h('h2', title), rest);
}

/** One task in the list; updated in place, so that neither the focus nor the scroll position moves. */
class TaskRow {
  #shown = '';

  /** @param {(isPicked: boolean) => void} onPick */
  constructor(id, isNew, isPicked, onPick) {
    const row = { class: isNew && 'is-new', href: taskAddress(id), testid: 'task-row', 'data-id': id };
    this.link = h('a.task-row', row);
    this.pick = h('input.pick', {
      type: 'checkbox',
      checked: isPicked,
      title: 'Watch it beside others',
      onchange: () => onPick(this.pick.checked),
      testid: 'pick',
    });
    this.element = h('li', this.pick, this.link);
  }

  update(task, now) {
    const times = timesOf(task, now);
    const shown = JSON.stringify([task, times]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.pick.ariaLabel = `Watch ${task.title || task.id} beside others`;
    const many = [icon('eye'), count(task.viewers), h('span.visually-hidden', ' watching')];
    const viewers = h('span.viewers', { title: plural(task.viewers, 'viewer') }, many);
    const id = task.title && h('span.task-id', task.id);
    replace(
      this.link,
      h('span.task-status', statusChip(task.status)),
      h('span.task-name', [
        h('span.task-title', task.title || task.id),
        h('span.task-sub', lostChip(task), id, labelChips(task.labels)),
      ]),
      h('span.task-facts', task.viewers > 0 && viewers, h('span.events', plural(task.events ?? 0, 'event'))),
      h('span.task-when', { title: full(task.created) }, times),
    );
  }
}

function timesOf(task, now) {
  const began = ago(task.created, now);
  return task.finished ? `${began} · took ${lifetime(task)}` : began;
}

function skeleton() {
  const row = () => h('li.skeleton', { 'aria-hidden': 'true' }, h('span'), h('span'), h('span'));
  return Array.from({ length: 4 }, row);
}

/** Creates a task and shows how to fill it. @param {() => void} onCreated called when there is a new task */
function openCreateDialog(onCreated) {
  const title = h('input', {
    id: 'new-title',
    name: 'title',
    type: 'text',
    maxlength: '200',
    autocomplete: 'off',
    placeholder: 'Build of the main branch',
    testid: 'create-title',
  });
  const dialog = openForm({
    title: 'New task',
    fields: [h('label', { for: 'new-title' }, 'Title ', h('span.muted', '(optional)')), title],
    yes: 'Create',
    name: 'create',
    run: async () => {
      const wanted = title.value.trim();
      show(await createTask(wanted === '' ? {} : { title: wanted }));
      onCreated();
    },
  });

  function show(task) {
    const watch = { href: taskAddress(task.id), onclick: () => dialog.close(), testid: 'create-open' };
    const open = h('a.button.primary', watch, 'Watch it');
    dialog.classList.add('wide');
    replace(dialog.querySelector('h2'), task.title ? `“${task.title}” is ready` : 'The task is ready');
    replace(dialog.querySelector('.dialog-body'), pipeHelp(task.id), h('div.dialog-actions', open));
    open.focus();
  }
}
