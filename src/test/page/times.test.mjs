/** When events happened, from a history that grows, loses its beginning, and fails. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Times } from '../../main/resources/page/times.js';

/** A server's history: the time of event n is n seconds. */
class History {
    epoch = 'e';
    oldest = 1;
    newest = 0;
    /** How asking fails; null if it does not. */
    failure = null;
    asked = [];
    changes = 0;
    times = new Times(
        async ({ after, limit }) => {
            this.asked.push(after);
            if (this.failure) throw this.failure;
            return { events: this.#events(after?.startsWith(`${this.epoch}-`) ? Number(after.slice(2)) : 0, limit) };
        },
        () => this.changes++,
    );

    #events(after, limit) {
        const events = [];
        for (let sequence = Math.max(after + 1, this.oldest); sequence <= this.newest && events.length < limit; sequence++)
            events.push({ id: `${this.epoch}-${sequence}`, time: new Date(sequence * 1000).toISOString() });
        return events;
    }

    /** What is drawn: the times of events, from one up to another, in seconds. */
    async draw(from, to) {
        const draw = () => Array.from({ length: to - from + 1 }, (_, nth) => this.times.of(`e-${from + nth}`));
        draw();
        await settled();
        return draw().map((time) => time && time / 1000);
    }
}

const settled = () => new Promise((done) => setImmediate(done));
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, nth) => from + nth);

test('a chunk is asked for once', async () => {
    const history = new History();
    history.newest = 3000;
    assert.deepEqual(await history.draw(990, 1010), numbers(990, 1010));
    assert.deepEqual(await history.draw(1, 2000), numbers(1, 2000));
    assert.deepEqual(history.asked.sort(), ['e-1000', null]);
});

test('events that came after their chunk was asked for have their times', async () => {
    const history = new History();
    history.newest = 1100;
    assert.deepEqual(await history.draw(1090, 1100), numbers(1090, 1100));
    history.newest = 2500;
    assert.deepEqual(await history.draw(1090, 1200), numbers(1090, 1200));
    assert.deepEqual(await history.draw(1990, 2000), numbers(1990, 2000));
    assert.equal(history.asked.length, 2);
});

test('what is not kept is not asked for again and again', async () => {
    const history = new History();
    Object.assign(history, { oldest: 500, newest: 600 });
    for (let time = 0; time < 3; time++) {
        assert.deepEqual(await history.draw(498, 501), [null, null, 500, 501]);
        assert.deepEqual(await history.draw(100, 101), [null, null]);
    }
    assert.equal(history.asked.length, 1);
});

test('the times of another log are not taken', async () => {
    const history = new History();
    Object.assign(history, { epoch: 'f', newest: 50 });
    for (let time = 0; time < 3; time++) assert.deepEqual(await history.draw(1, 100), Array(100).fill(null));
    assert.equal(history.asked.length, 1);
});

test('what failed is asked for again, when the server is likely to answer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const history = new History();
    history.newest = 10;
    for (const [failure, ms] of [[{ status: 503, retryAfter: 30_000 }, 30_000], [{ status: 429, retryAfter: null }, 10_000]]) {
        history.failure = failure;
        assert.deepEqual(await history.draw(1, 2), [null, null]);
        const { length } = history.asked;
        t.mock.timers.tick(ms - 1);
        await history.draw(1, 2);
        assert.equal(history.asked.length, length);
        const { changes } = history;
        t.mock.timers.tick(1);
        assert.equal(history.changes, changes + 1, 'it is drawn again');
    }
    history.failure = null;
    assert.deepEqual(await history.draw(1, 2), [1, 2]);
});

for (const failure of [{ status: 404, retryAfter: null }, new DOMException('left', 'AbortError')])
    test(`nothing is asked again after ${failure.status ?? failure.name}`, async (t) => {
        t.mock.timers.enable({ apis: ['setTimeout'] });
        const history = new History();
        history.failure = failure;
        await history.draw(1, 2);
        t.mock.timers.tick(60_000);
        await history.draw(1, 2);
        assert.equal(history.asked.length, 1);
    });
