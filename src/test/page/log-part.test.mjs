/** A long log of which a part is held: going up, down and elsewhere in it, with the numbers of its lines. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lines, sequenceOf } from '../../main/resources/page/lines.js';
import { LogPart } from '../../main/resources/page/log-part.js';
import { LogSearch } from '../../main/resources/page/search.js';
import { shown } from './support.mjs';

const MOST = 400;

/** A log, its server, and a reader whose screen has ten lines. */
class Reader {
    top = 0;
    following = true;
    read = [];
    told = [];
    revealed = null;
    lines = new Lines(MOST);
    #pending = [];
    part = new LogPart(this.lines, {
        read: (from, until) => {
            this.read.push([from, until]);
            return this.fails ? Promise.reject(new Error('no')) : Promise.resolve(this.#events(from, until));
        },
        place: ({ line, from }) => Promise.resolve(this.#place(line, from)),
        feed: {
            add: (entry) => this.#put(() => this.lines.add(entry)),
            clear: () => {},
            isEmpty: true,
        },
        screen: () => ({ top: this.top, bottom: this.top + 10 }),
        isFollowing: () => this.following,
        renew: (change) => {
            this.following = false;
            change();
        },
        reveal: (line) => {
            this.following = false;
            this.revealed = this.top = line;
        },
        changed: () => {},
        tell: (message) => this.told.push(message),
    });

    epoch = 'e';

    constructor(texts, oldest = 1) {
        this.texts = texts;
        this.oldest = oldest;
    }

    #put(add) {
        add();
        this.lines.settle();
        if (this.following) this.top = this.lines.end - 10;
    }

    #events(from, until) {
        const events = [];
        for (let sequence = Math.max(from, this.oldest); sequence <= until; sequence++) events.push(this.event(sequence));
        return events;
    }

    event(sequence) {
        const text = this.texts[sequence - 1];
        const data = JSON.stringify(text === null ? { type: 'error', message: 'no' } : { type: 'message_delta', text });
        return { id: `${this.epoch}-${sequence}`, data, at: 0, replayed: true };
    }

    /** As the server counts. */
    #place(line, from) {
        let at = { line: 1, begun: false };
        for (let sequence = this.oldest; sequence <= this.texts.length; sequence++) {
            const text = this.texts[sequence - 1];
            const begun = at.begun ? at.line : at.line - 1;
            const next = text === null ? { line: begun + 2, begun: false } : text === '' ? at
                : { line: at.line + text.split('\n').length - 1, begun: !text.endsWith('\n') };
            const isThere = from ? sequence >= from : (next.begun ? next.line : next.line - 1) >= line;
            if (isThere) return { id: `e-${sequence}`, ...at, missing: this.oldest - 1 };
            at = next;
        }
        return { id: `e-${this.texts.length + 1}`, ...at, missing: this.oldest - 1 };
    }

    open(isElsewhere = false) {
        const from = this.part.start(
            { lastEventId: `e-${this.texts.length}`, events: this.texts.length - this.oldest + 1 },
            isElsewhere,
        );
        const first = from === null ? this.oldest : this.texts.length + 1 + Number(from);
        for (let sequence = first; sequence <= this.texts.length; sequence++) this.part.event(this.event(sequence));
        return settled();
    }

    publish(...texts) {
        for (const text of texts) {
            this.texts.push(text);
            this.part.event(this.event(this.texts.length));
        }
    }

    /** The log begins anew, and of the new one the first events are not kept. */
    reset(texts, oldest) {
        this.texts = texts;
        this.oldest = oldest;
        this.epoch += 'f';
        this.part.mark({ kind: 'gap', text: 'the log began anew', at: 0 });
        for (let sequence = oldest; sequence <= texts.length; sequence++) this.part.event(this.event(sequence));
        const lastEventId = `${this.epoch}-${texts.length}`;
        this.part.update({ lastEventId, events: texts.length - oldest + 1 });
    }

    /** Scrolls, and draws: what the part is told of then. */
    async scrollTo(top) {
        this.top = Math.max(this.lines.start, Math.min(this.lines.end - 10, top));
        this.part.near(this.top - this.lines.start, this.lines.end - this.top - 10);
        await settled();
    }

    get topText() {
        return this.lines.line(this.top).text;
    }

    /** Whether each line has the number that is in its text. */
    checkNumbers() {
        for (let line = this.lines.start; line < this.lines.end; line++)
            assert.equal(`line ${this.lines.numberOf(line)}`, this.lines.line(line).text);
        assert.ok(this.lines.size <= MOST, `${this.lines.size} lines are held`);
    }
}

const settled = () => new Promise((done) => setTimeout(done, 0));
const numbered = (many) => Array.from({ length: many }, (_, index) => `line ${index + 1}\n`);

test('a short log is there as a whole', async () => {
    const reader = new Reader(numbered(300));
    await reader.open();
    assert.equal(reader.part.isWhole, true);
    await reader.scrollTo(0);
    assert.deepEqual(reader.read, []);
    reader.checkNumbers();
});

test('a long log opens at its end, with its numbers', async () => {
    const reader = new Reader(numbered(5000));
    await reader.open();
    assert.equal(reader.lines.line(reader.lines.end - 1).text, 'line 5000');
    assert.ok(reader.lines.size <= MOST / 4);
    assert.equal(reader.part.isWhole, false);
    reader.checkNumbers();
});

test('one scrolls up to the first line and down to the last', async () => {
    const reader = new Reader(numbered(3000));
    await reader.open();
    reader.following = false;
    const seen = new Set();
    while (reader.topText !== 'line 1') {
        const before = reader.topText;
        await reader.scrollTo(reader.top);
        assert.equal(reader.topText, before, 'what is on the screen stays');
        reader.checkNumbers();
        await reader.scrollTo(reader.top - 7);
        seen.add(reader.topText);
    }
    assert.ok(seen.size > 400);
    assert.equal(reader.part.hasEarlier, false);
    while (!(reader.part.isLive && reader.lines.line(reader.top + 9).text === 'line 3000')) {
        await reader.scrollTo(reader.top + 7);
        reader.checkNumbers();
    }
    assert.ok(reader.read.every(([from, until]) => until - from < MOST));
});

test('what comes live while another part is held is counted, and is there when one comes back', async () => {
    const reader = new Reader(numbered(2000));
    await reader.open();
    reader.part.followed();
    await reader.part.toStart();
    assert.equal(reader.topText, 'line 1');
    reader.publish('line 2001\n', 'line 2002\n');
    assert.equal(reader.part.unseen, 2);
    assert.equal(reader.part.isLive, false);
    assert.equal(await reader.part.toEnd(), true);
    assert.equal(shown(reader.lines).at(-1), 'line 2002');
    reader.publish('line 2003\n');
    assert.equal(shown(reader.lines).at(-1), 'line 2003');
    await settled();
    reader.checkNumbers();
});

test('what was there before is not new to a reader who lets go while it comes', async () => {
    const reader = new Reader(numbered(300));
    reader.part.start({ lastEventId: 'e-300', events: 300 }, false);
    for (let sequence = 1; sequence <= 300; sequence++) {
        reader.following = sequence < 100;
        reader.part.event(reader.event(sequence));
    }
    assert.equal(reader.part.unseen, 0);
    reader.publish('line 301\n');
    assert.equal(reader.part.unseen, 1);
});

test('a reader who has gone up loses nothing to what comes', async () => {
    const reader = new Reader(numbered(10));
    await reader.open();
    reader.following = false;
    reader.top = 0;
    reader.publish(...numbered(1000).slice(10));
    assert.equal(reader.topText, 'line 1');
    assert.ok(reader.lines.size <= MOST);
    assert.equal(reader.part.unseen > 500, true);
    await reader.part.toEnd();
    assert.equal(shown(reader.lines).at(-1), 'line 1000');
});

test('one goes to a line by its number, wherever it is', async () => {
    const reader = new Reader(numbered(5000));
    await reader.open();
    for (const number of [2500, 1, 5000, 4990, 17, 3333]) {
        await reader.part.toLine(number);
        assert.equal(reader.topText, `line ${number}`);
        reader.checkNumbers();
    }
    await reader.part.toLine(9999);
    assert.equal(reader.topText, 'line 5000');
});

test('a link to a line opens there', async () => {
    const reader = new Reader(numbered(5000));
    await reader.open(true);
    await reader.part.toLine(120);
    assert.equal(reader.topText, 'line 120');
    reader.publish('line 5001\n');
    assert.equal(reader.part.isLive, false);
});

test('lines have the same numbers whatever part is held', async () => {
    const texts = Array.from({ length: 3000 }, (_, index) =>
        index % 7 === 0 ? null : ['a', 'b\nc\n', '', 'd\r50%\re\n', '\u001b[1A\u001b[2Kf\n', 'g\n', 'h\n'][index % 6],
    );
    const all = new Reader(texts);
    all.lines.mostLines = 1e9;
    await all.open();
    const expected = new Map();
    for (let line = 0; line < all.lines.end; line++) {
        const { sequence, isFirst, text } = all.lines.line(line);
        if (isFirst && !expected.has(sequence)) expected.set(sequence, [all.lines.numberOf(line), text]);
    }
    const reader = new Reader(texts);
    await reader.open();
    let compared = 0;
    for (const number of [1500, 700, 2800, 40]) {
        await reader.part.toLine(number);
        for (let line = reader.lines.start + 20; line < reader.lines.end; line++) {
            const { sequence, isFirst } = reader.lines.line(line);
            if (!isFirst || !expected.has(sequence) || reader.lines.line(line - 1).sequence === sequence) continue;
            assert.equal(reader.lines.numberOf(line), expected.get(sequence)[0], `event ${sequence}`);
            compared++;
        }
    }
    assert.ok(compared > 100, `${compared} lines`);
});

test('of a log whose beginning is not kept no line has a number, and one scrolls to what is kept', async () => {
    const reader = new Reader(numbered(3000), 1001);
    await reader.open();
    assert.equal(reader.lines.numberOf(reader.lines.end - 1), null);
    await reader.part.toLine(2000);
    assert.match(reader.told[0], /no longer kept/);
    await reader.part.toStart();
    assert.equal(reader.topText, 'line 1001');
    assert.equal(reader.part.hasEarlier, false);
});

test('of a log that began anew all lines are shown, though its first are not kept', async () => {
    const reader = new Reader(numbered(200));
    await reader.open();
    reader.reset(numbered(250).map((text) => `new ${text}`), 100);
    const lines = shown(reader.lines);
    assert.deepEqual(lines.slice(199, 202), ['line 200', 'the log began anew', 'new line 100']);
    assert.equal(lines.at(-1), 'new line 250');
    assert.equal(lines.length, 200 + 1 + 151);
    assert.equal(reader.part.hasEarlier, false);
});

test('a reader who has gone up gets all of a log that began anew, behind a mark', async () => {
    const reader = new Reader(numbered(2000));
    await reader.open();
    reader.part.followed();
    await reader.part.toStart();
    reader.reset(numbered(150).map((text) => `new ${text}`), 100);
    assert.equal(reader.part.unseen, 51);
    while (!reader.part.isLive) await reader.scrollTo(reader.lines.end);
    const lines = shown(reader.lines);
    const at = lines.indexOf('what follows is another log');
    assert.match(lines[at - 1], /^line /);
    assert.equal(lines[at + 1], 'new line 100');
    assert.equal(lines.at(-1), 'new line 150');
});

test('what can not be read is told, and what is held stays', async () => {
    const reader = new Reader(numbered(3000));
    await reader.open();
    reader.fails = true;
    await reader.part.toStart();
    assert.deepEqual(reader.told, ['no']);
    assert.equal(shown(reader.lines).at(-1), 'line 3000');
});

test('a search by the server finds what is not held', async () => {
    const texts = numbered(2000).map((text, index) => (index % 500 === 3 ? `a needle, needle ${text}` : text));
    const reader = new Reader(texts);
    await reader.open();
    const hits = texts.flatMap((text, index) =>
        [...text.matchAll(/needle/g)].map((found) => ({ id: `e-${index + 1}`, column: found.index, length: 6 })),
    );
    const ask = ({ from = 1, after }) => {
        const all = hits.filter(({ id }) => sequenceOf(id) >= from);
        const at = after ? Number(after.split('.')[1]) : 0;
        const next = at + 3 < all.length ? `${all[at + 3].id}.${at + 3}.0.0.0` : null;
        return Promise.resolve({ hits: all.slice(at, at + 3), next });
    };
    const search = new LogSearch(reader.lines, ask);
    await search.start('NEEDLE', 1000, () => {});
    assert.equal(search.finished, true);
    assert.equal(search.count, 8);
    for (const [sequence, offset, index] of [[1004, 2, 0], [1004, 10, 1], [1504, 2, 2], [1504, 10, 3], [4, 2, 4]]) {
        const match = search.step(1);
        assert.equal(await reader.part.toEvent(match.sequence), true);
        const place = search.place(match);
        assert.deepEqual([reader.lines.line(place.line).sequence, place.offset], [sequence, offset]);
        assert.equal(search.currentIndex, index);
    }
    [1, 1, 1, 1].forEach(() => search.step(1));
    assert.equal(search.currentIndex, 0);
});
