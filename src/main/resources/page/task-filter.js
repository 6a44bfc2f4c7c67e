/**
 * Which tasks a reader of the list looks for: words that are all in the title, the id or a label, as in
 * `shop branch:main`. Upper and lower case count as the same. No DOM.
 */
export class TaskFilter {
  #words;

  /** @param {string} text as it is typed */
  constructor(text) {
    this.text = text;
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  get isEmpty() {
    return this.#words.length === 0;
  }

  /** @param {{id: string, title: ?string, labels: ?Object<string, string>}} task */
  matches({ id, title, labels }) {
    const texts = [id, title ?? '', ...Object.entries(labels ?? {}).map(labelOf)].map((text) => text.toLowerCase());
    return this.#words.every((word) => texts.some((text) => text.includes(word)));
  }

  /** The words that are `known` labels, `name:value`: the server is asked for them, so that older tasks are found too. */
  labels(known) {
    return [...known].filter((label) => this.#words.includes(label.toLowerCase()));
  }
}

/** As one types it. @param {[string, string]} entry */
export function labelOf([name, value]) {
  return `${name}:${value}`;
}
