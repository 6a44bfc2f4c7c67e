/** The connection to a stream, with a manual clock and sources that do what the tests say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../main/resources/page/connection.js';
import { lightOf, spoken } from '../../main/resources/page/light.js';
import { FrameReader, HttpConnections, StreamSource } from '../../main/resources/page/stream-source.js';

const TASK = { status: 'open', lastEventId: null };

class Sources {
    now = 0;
    date = 1_800_000_000_000;
    opened = [];
    events = [];
    states = [];
    deadDropped = [];
    isHidden = false;
    asked = 0;
    /** How asking for the task fails; null if it does not. */
    failure = null;
    #timers = new Map();
    #number = 0;

    constructor() {
        const clock = {
            now: () => this.now,
            date: () => this.date,
            after: (ms, run) => (this.#timers.set(++this.#number, { at: this.now + ms, run }), this.#number),
            stop: (timer) => this.#timers.delete(timer),
        };
        this.connection = new Connection({
            clock,
            address: (query) => JSON.stringify(query),
            open: (url) => this.#open(url),
            dropDead: async (many) => this.deadDropped.push([this.silence, many]),
            snapshot: async () => {
                this.asked++;
                if (this.failure) throw this.failure;
                return TASK;
            },
            isHidden: () => this.isHidden,
            probe: async () => ({ status: 0 }),
            random: () => 0,
            onEvent: (event) => this.events.push(event.data),
            onMark: (mark) => this.events.push(mark.kind),
            onState: (state) => this.states.push(state.name),
        });
        this.connection.start(TASK);
    }

    #open(url) {
        const listeners = {};
        const source = {
            url,
            listeners,
            readyState: 0,
            close() {},
            addEventListener: (type, run) => (listeners[type] = run),
        };
        this.opened.push(source);
        return source;
    }

    get last() {
        return this.opened.at(-1);
    }

    heartbeat() {
        this.last.listeners.heartbeat({ data: '{}' });
    }

    event(sequence, value = sequence) {
        this.last.onmessage({ data: JSON.stringify(value), lastEventId: `e-${sequence}` });
    }

    /** Seconds since something was heard. */
    get silence() {
        return (this.now - this.connection.state.lastHeardAt) / 1000;
    }

    async pass(seconds) {
        for (const end = this.now + seconds * 1000; this.now < end; this.now += 100, this.date += 100) {
            for (const [timer, { at, run }] of [...this.#timers])
                if (at <= this.now && this.#timers.delete(timer)) run();
            await null;
        }
    }
}

test('silence is noticed within 15 seconds, and dead connections are dropped before the next attempt', async () => {
    const sources = new Sources();
    sources.last.onopen();
    sources.event(1);
    for (let beat = 0; beat < 3; beat++) {
        await sources.pass(9);
        sources.heartbeat();
    }
    assert.equal(sources.connection.state.name, 'open');
    assert.equal(sources.opened.length, 1);
    await sources.pass(15);
    assert.equal(sources.connection.state.name, 'reconnecting');
    assert.equal(sources.deadDropped.at(-1)[1], undefined);
    assert.equal(sources.opened.length, 2);
    assert.equal(JSON.parse(sources.last.url).lastEventId, 'e-1');
});

test('when a heartbeat is late one connection is tested, once', async () => {
    const sources = new Sources();
    sources.last.onopen();
    await sources.pass(9.9);
    sources.heartbeat();
    await sources.pass(9.9);
    assert.deepEqual(sources.deadDropped, []);
    await sources.pass(2);
    assert.equal(sources.deadDropped.length, 1);
    const [silence, many] = sources.deadDropped[0];
    assert.ok(silence >= 10 && silence < 10.5, `after ${silence} s`);
    assert.equal(many, 1);
    sources.heartbeat();
    await sources.pass(11);
    assert.equal(sources.deadDropped.length, 2);
});

test('a clock that is set back changes nothing', async () => {
    const sources = new Sources();
    sources.last.onopen();
    sources.date -= 3_600_000;
    await sources.pass(15);
    assert.equal(sources.connection.state.name, 'reconnecting');
});

test('the light counts from what was heard last, whatever the clock says', async () => {
    const sources = new Sources();
    sources.last.onopen();
    sources.date -= 3_600_000;
    await sources.pass(8);
    assert.equal(lightOf(sources.connection.state, sources.now).hint, 'Last heard from the server 8 s ago.');
});

test('what is said aloud changes with the connection, and not with each line', async () => {
    const sources = new Sources();
    const said = [];
    const say = () => {
        const text = spoken(lightOf(sources.connection.state, sources.now));
        if (text !== said.at(-1)) said.push(text);
    };
    say();
    sources.last.onopen();
    say();
    for (let sequence = 1; sequence < 4; sequence++) {
        sources.event(sequence);
        say();
        await sources.pass(9);
        sources.heartbeat();
        say();
    }
    sources.last.onerror();
    for (let second = 0; second < 3; second++, await sources.pass(1)) say();
    sources.last.onopen();
    say();
    sources.event(4, { type: 'done' });
    say();
    const open = 'Connected';
    const lost = 'Connection lost, reconnecting';
    assert.deepEqual(said, ['Connection: Connecting…', open, lost, open, 'Connection: Ended · completed']);
});

test('a reconnect is left to the source for as long as any drain may take', async () => {
    const sources = new Sources();
    sources.last.onopen();
    sources.last.onerror();
    await sources.pass(2 * 3600 + 1);
    assert.equal(sources.opened.length, 1);
    await sources.pass(120);
    assert.ok(sources.opened.length > 1);
});

test('a source that gives no sign is opened anew', async () => {
    const sources = new Sources();
    await sources.pass(25);
    assert.equal(sources.opened.length, 2);
});

test('events that come again are not shown again, and a hole is told', () => {
    const sources = new Sources();
    sources.last.onopen();
    [1, 2, 2, 1, 3, 5].forEach((sequence) => sources.event(sequence));
    assert.deepEqual(sources.events, ['1', '2', '3', 'hole', '5']);
});

test('a task that was deleted while the stream goes on is told', async () => {
    const sources = new Sources();
    sources.last.onopen();
    await sources.connection.poll(TASK);
    assert.equal(sources.connection.state.name, 'open');
    for (const failure of [{ status: 503 }, { status: 404, isProblem: false }]) {
        sources.failure = failure;
        await sources.connection.poll(TASK);
        assert.equal(sources.connection.state.name, 'open');
    }
    sources.isHidden = true;
    await sources.connection.poll(TASK);
    assert.equal(sources.asked, 3);
    sources.isHidden = false;
    sources.failure = { status: 404, isProblem: true, message: 'no such task' };
    await sources.connection.poll(TASK);
    assert.equal(sources.connection.state.name, 'gone');
});

test('how a task ended is asked for until it is known, also while nobody looks', async () => {
    const sources = new Sources();
    sources.last.onopen();
    sources.event(1, { type: 'done' });
    assert.equal(sources.connection.state.name, 'ended');
    sources.isHidden = true;
    sources.failure = { status: 503 };
    await sources.connection.poll(TASK);
    await sources.connection.poll(null);
    assert.equal(sources.asked, 2);
    await sources.connection.poll({ status: 'completed', finished: '2026-01-01T00:00:00Z' });
    assert.equal(sources.asked, 2);
});

test('one answer is awaited before the task is asked for again', async () => {
    const sources = new Sources();
    sources.last.onopen();
    const first = sources.connection.poll(TASK);
    await sources.connection.poll(TASK);
    assert.equal(sources.asked, 1);
    await first;
    await sources.connection.poll(TASK);
    assert.equal(sources.asked, 2);
});

function framesOf(...pieces) {
    const frames = [];
    const reader = new FrameReader((frame) => frames.push(frame));
    pieces.forEach((piece) => reader.text(piece));
    return frames.map(({ type, data, id, retry }) => [type, data, id, retry]);
}

test('frames are read in any pieces and with any end of line', () => {
    const text =
        '\ufeffretry: 2500\n\n: comment\nid: e-1\ndata: a\ndata:b\n\nevent: lag\ndata\n\nevent:heartbeat\ndata: {}\n\n';
    const frames = [
        ['message', null, null, 2500],
        ['message', 'a\nb', 'e-1', null],
        ['lag', '', null, null],
        ['heartbeat', '{}', null, null],
    ];
    assert.deepEqual(framesOf(text), frames);
    assert.deepEqual(framesOf(...text), frames);
    assert.deepEqual(framesOf(...text.replaceAll('\n', '\r\n')), frames);
    assert.deepEqual(framesOf(...text.replaceAll('\n', '\r'), 'x'), frames);
    assert.deepEqual(framesOf('data: not ended\n'), []);
});

/** A source whose attempts are answered one after the other; null is no answer. */
async function source(t, answers, run) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const seen = { requests: [], states: [], dead: 0 };
    const connections = {
        get(url, { headers, signal }) {
            seen.requests.push(headers['Last-Event-ID'] ?? null);
            const answer = answers.shift();
            if (answer) return Promise.resolve(answer);
            return new Promise((resolve, reject) =>
                signal.addEventListener('abort', () => reject(new Error('aborted'))),
            );
        },
        dropDead: async () => seen.dead++,
    };
    const made = new StreamSource('x', connections);
    made.onopen = () => seen.states.push('open');
    made.onerror = () => seen.states.push(`error ${made.readyState}`);
    made.onmessage = ({ data, lastEventId }) => seen.states.push(`${lastEventId} ${data}`);
    const pass = async (ms) => {
        for (let passed = 0; passed <= ms; passed += 100) {
            t.mock.timers.tick(passed === 0 ? 0 : 100);
            await new Promise(setImmediate);
        }
    };
    await pass(0);
    await run(seen, pass, made);
}

const stream = (text) => new Response(text, { headers: { 'Content-Type': 'text/event-stream' } });

test('a source reconnects after the time that the server says, and goes on behind the last event', (t) =>
    source(
        t,
        [stream('retry: 2000\n\nid: e-1\ndata: a\n\n'), stream('id: e-2\ndata: b\n\n')],
        async (seen, pass, made) => {
            assert.deepEqual(seen.states, ['open', 'e-1 a', 'error 0']);
            await pass(1800);
            assert.equal(seen.requests.length, 1);
            await pass(300);
            assert.deepEqual(seen.requests, [null, 'e-1']);
            assert.deepEqual(seen.states.slice(3), ['open', 'e-2 b', 'error 0']);
            made.close();
        },
    ));

test('an attempt without an answer is given up, each later than the one before, and dead connections are dropped', (t) =>
    source(t, [null, null, null, null, stream('id: e-1\ndata: a\n\n')], async (seen, pass, made) => {
        await pass(6000 + 3000);
        assert.equal(seen.requests.length, 2);
        assert.equal(seen.dead, 1);
        await pass(10_000 + 3000);
        assert.equal(seen.requests.length, 3);
        await pass(20_000 + 3000 + 20_000 + 3000);
        assert.equal(seen.requests.length, 5);
        assert.ok(seen.states.includes('e-1 a'));
        made.close();
    }));

for (const status of [204, 404, 503])
    test(`a source that is answered ${status} is closed`, (t) =>
        source(t, [new Response(null, { status })], async (seen, pass) => {
            await pass(10_000);
            assert.deepEqual(seen.states, ['error 2']);
            assert.equal(seen.requests.length, 1);
        }));

test('a source that was closed says nothing more', (t) =>
    source(t, [null], async (seen, pass, made) => {
        made.close();
        await pass(30_000);
        assert.deepEqual(seen.states, []);
    }));

/** A browser whose kept connections are dead for some kinds of credentials. @return {{made: HttpConnections, asked: string[]}} */
function connectionsWith(answerOf) {
    const asked = [];
    const made = new HttpConnections((url, { method = 'GET', credentials, signal }) => {
        asked.push(`${method} ${credentials}`);
        const status = answerOf(method, credentials);
        if (status) return Promise.resolve(new Response(null, { status }));
        return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    const getsOf = async () => {
        asked.length = 0;
        return { status: (await made.get('x', {})).status, asked };
    };
    return { made, asked, getsOf };
}

test('a stream goes without credentials when only those connections are alive', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let isAlive = false;
    const { made, asked, getsOf } = connectionsWith((method, kind) => (isAlive || kind === 'omit' ? 200 : 0));
    const dropped = made.dropDead();
    assert.equal(asked.filter((each) => each === 'HEAD same-origin').length, 6);
    t.mock.timers.tick(2000);
    await dropped;
    assert.deepEqual(await getsOf(), { status: 200, asked: ['GET omit'] });
    isAlive = true;
    await made.dropDead();
    assert.deepEqual(await getsOf(), { status: 200, asked: ['GET same-origin'] });
});

test('a server that asks for credentials gets them', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { made, getsOf } = connectionsWith((method, kind) => {
        if (method === 'HEAD') return kind === 'omit' ? 200 : 0;
        return kind === 'omit' ? 401 : 200;
    });
    const dropped = made.dropDead();
    t.mock.timers.tick(2000);
    await dropped;
    assert.deepEqual(await getsOf(), { status: 200, asked: ['GET omit', 'GET same-origin'] });
    assert.deepEqual(await getsOf(), { status: 200, asked: ['GET same-origin'] });
});
