/** One stream for several tasks, over sources that do what the tests say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedStream } from '../../main/resources/page/shared-stream.js';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

class Streams {
    now = 0;
    opened = [];
    shared = new SharedStream({
        address: (position) => position,
        open: (url) => this.#open(url),
        now: () => this.now,
    });

    #open(url) {
        const listeners = {};
        const stream = {
            url,
            readyState: CONNECTING,
            lastEventId: '',
            isClosed: false,
            close: () => (stream.isClosed = true),
            addEventListener: (type, run) => (listeners[type] = run),
            open() {
                stream.readyState = OPEN;
                stream.onopen();
            },
            fail(readyState) {
                stream.readyState = readyState;
                stream.onerror();
            },
            message: (data) => stream.onmessage({ data }),
            say: (type, data) => listeners[type]({ data }),
        };
        this.opened.push(stream);
        return stream;
    }

    get last() {
        return this.opened.at(-1);
    }

    /** A source of a task that writes down what comes. */
    source(task) {
        const source = this.shared.source(task);
        source.seen = [];
        source.onopen = () => source.seen.push('open');
        source.onerror = () => source.seen.push(`error ${source.readyState}`);
        source.onmessage = ({ data, lastEventId }) => source.seen.push(`${lastEventId} ${data}`);
        for (const type of ['lag', 'gap', 'producer'])
            source.addEventListener(type, ({ data }) => source.seen.push(`${type} ${data}`));
        source.addEventListener('heartbeat', () => source.seen.push('heartbeat'));
        return source;
    }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function two() {
    const streams = new Streams();
    const [a, b] = [streams.source('a'), streams.source('b')];
    await settled();
    streams.last.open();
    return { streams, a, b };
}

test('several tasks have one stream', async () => {
    const { streams, a, b } = await two();
    assert.equal(streams.opened.length, 1);
    streams.last.message('{"task":"a","id":"e-1","data":{"n":12345678901234567890}}');
    streams.last.message('{"task":"b","id":"f-1","data":"}"}');
    streams.last.message('{"task":"other","id":"g-1","data":1}');
    assert.deepEqual(a.seen, ['open', 'e-1 {"n":12345678901234567890}']);
    assert.deepEqual(b.seen, ['open', 'f-1 "}"']);
});

test('what the server says of a task comes as in a stream of its own', async () => {
    const { streams, a, b } = await two();
    streams.now = 0;
    streams.last.say('lag', '{"task":"a","data":"dropped 37 events due to slow consumer"}');
    streams.last.say('gap', '{"task":"a","data":{"reason":"trimmed"}}');
    streams.last.say('producer', '{"task":"b","data":{"state":"lost"}}');
    assert.deepEqual(a.seen, ['open', 'lag dropped 37 events due to slow consumer', 'gap {"reason":"trimmed"}']);
    assert.deepEqual(b.seen, ['open', 'producer {"state":"lost"}']);
});

test('a quiet task hears that the line of a busy one is alive', async () => {
    const { streams, b } = await two();
    for (streams.now = 1000; streams.now < 4000; streams.now += 100) streams.last.message('{"task":"a","id":"e-1","data":1}');
    assert.deepEqual(b.seen, ['open', 'heartbeat', 'heartbeat', 'heartbeat']);
    streams.last.say('heartbeat');
    assert.equal(b.seen.length, 5);
});

test('a connection that the stream itself makes anew is told to all', async () => {
    const { streams, a, b } = await two();
    streams.last.fail(CONNECTING);
    streams.last.open();
    assert.deepEqual(a.seen, ['open', 'error 0', 'open']);
    assert.deepEqual(b.seen, a.seen);
    assert.equal(streams.opened.length, 1);
});

test('a stream that was refused is opened once for all, from the position of before', async () => {
    const { streams, a, b } = await two();
    streams.last.lastEventId = 'a:e-7,b:f-2';
    streams.last.fail(CLOSED);
    assert.deepEqual(a.seen, ['open', 'error 2']);
    a.close();
    b.close();
    const again = streams.source('a');
    await settled();
    streams.last.open();
    streams.last.message('{"task":"b","id":"f-3","data":3}');
    const late = streams.source('b');
    await settled();
    streams.last.message('{"task":"b","id":"f-4","data":4}');
    assert.deepEqual(streams.opened.map(({ url }) => url), ['', 'a:e-7,b:f-2']);
    assert.equal(again.seen[0], 'open');
    assert.deepEqual(late.seen, ['open', 'f-3 3', 'f-4 4'], 'what came before it joined is not lost');
});

test('a stream that one of them gives up is opened anew for all', async () => {
    const { streams, a, b } = await two();
    const dead = streams.last;
    dead.lastEventId = 'p';
    a.close();
    await settled();
    assert.ok(!dead.isClosed, 'the other goes on');
    streams.source('a');
    await settled();
    assert.ok(dead.isClosed);
    assert.equal(streams.last.url, 'p');
    streams.last.open();
    streams.last.message('{"task":"b","id":"f-1","data":1}');
    assert.deepEqual(b.seen, ['open', 'open', 'f-1 1']);
    b.close();
    streams.source('b');
    assert.equal(streams.opened.length, 3);
});

test('two that give it up at the same time open it once', async () => {
    const { streams, a, b } = await two();
    a.close();
    b.close();
    streams.source('a');
    streams.source('b');
    await settled();
    assert.equal(streams.opened.length, 2);
    assert.ok(!streams.last.isClosed);
});

test('the stream ends with the last source', async () => {
    const { streams, a, b } = await two();
    a.close();
    await settled();
    assert.ok(!streams.last.isClosed);
    b.close();
    await settled();
    assert.ok(streams.last.isClosed);
});
