/** Calls of a server whose answers do what the tests say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getTask, probeStream, readEvents, serverNow } from '../../main/resources/page/api.js';

/** A body that ends after these pieces, or stands still until it is aborted or cancelled. */
function body(pieces, ends, signal, seen) {
    return new ReadableStream({
        start(controller) {
            pieces.forEach((piece) => controller.enqueue(new TextEncoder().encode(piece)));
            if (ends) controller.close();
            else signal.addEventListener('abort', () => controller.error(signal.reason));
        },
        cancel: () => (seen.isCancelled = true),
    });
}

/** Has calls answered so; a status of 0 is none. */
function server(t, { status = 200, pieces = [], ends = true, type = 'application/json', headers = {} }) {
    const seen = { isCancelled: false };
    t.mock.timers.enable({ apis: ['setTimeout'] });
    t.mock.method(globalThis, 'fetch', (url, { signal }) => {
        if (status === 0)
            return new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        const init = { status, headers: { 'Content-Type': type, ...headers } };
        return Promise.resolve(new Response(body(pieces, ends, signal, seen), init));
    });
    return seen;
}

/** What a call fails with once so much time has passed; undefined if it goes on. */
async function failureOf(t, call, ms) {
    let failure;
    call.catch((error) => (failure = error));
    await new Promise(setImmediate);
    t.mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    return failure;
}

test('an answer is read', async (t) => {
    server(t, { pieces: ['{"id":', '"a"}'] });
    assert.deepEqual(await getTask('a'), { id: 'a' });
});

test('an answer that does not come is given up', async (t) => {
    server(t, { status: 0 });
    const call = getTask('a');
    assert.equal(await failureOf(t, call, 19_999), undefined);
    assert.equal((await failureOf(t, call, 1)).status, 0);
});

for (const status of [200, 503])
    test(`the body of a ${status} that stops half way is given up`, async (t) => {
        server(t, { status, pieces: ['{"id":'], ends: false });
        const call = getTask('a');
        assert.equal(await failureOf(t, call, 59_999), undefined);
        const failure = await failureOf(t, call, 1);
        assert.equal(failure.name, 'Error');
        assert.equal(failure.status, status === 503 ? 503 : 0);
    });

test('a stream of events that stops half way is given up', async (t) => {
    server(t, { pieces: ['id: e-1\ndata: 1\n\n'], ends: false, type: 'text/event-stream' });
    const failure = await failureOf(t, readEvents('a', 1, 2, new AbortController().signal), 60_000);
    assert.match(failure.message, /reached/);
});

test('as much of a stream is read as is wanted', async (t) => {
    const pieces = ['id: e-1\ndata: 1\n\nid: e-2\nda', 'ta: 2\n\nid: e-3\ndata: 3\n\n'];
    const seen = server(t, { pieces, ends: false, type: 'text/event-stream' });
    const events = await readEvents('a', 1, 2, new AbortController().signal);
    assert.deepEqual(events.map(({ id, data }) => [id, data]), [['e-1', '1'], ['e-2', '2']]);
    assert.equal(seen.isCancelled, true);
});

test('a stream is only asked for', async (t) => {
    const seen = server(t, { pieces: ['retry: 1\n\n'], ends: false, type: 'text/event-stream' });
    assert.equal((await probeStream('http://localhost/x')).status, 200);
    assert.equal(seen.isCancelled, true);
});

test('who leaves gets the abort, and no error to be shown', async (t) => {
    server(t, { pieces: ['{'], ends: false });
    const stop = new AbortController();
    const call = getTask('a', stop.signal);
    stop.abort();
    assert.equal((await failureOf(t, call, 0)).name, 'AbortError');
});

test('an answer that is not JSON is told, and a problem says what it says', async (t) => {
    server(t, { pieces: ['<html>'] });
    assert.equal((await failureOf(t, getTask('a'), 0)).title, 'Unexpected answer');
    t.mock.reset();
    const problem = { title: 'No such task', detail: 'There is no task a.' };
    server(t, { status: 404, pieces: [JSON.stringify(problem)], type: 'application/problem+json', headers: { 'Retry-After': '2' } });
    const failure = await failureOf(t, getTask('a'), 0);
    assert.deepEqual([failure.status, failure.message, failure.isProblem, failure.retryAfter], [404, problem.detail, true, 2000]);
});

test('the time is the server’s, whatever the clock here says', async (t) => {
    const right = 1_800_000_000_000;
    let here = right;
    let answerMs = 0;
    t.mock.method(Date, 'now', () => here);
    t.mock.method(globalThis, 'fetch', async () => {
        const date = new Date(right + 900).toUTCString();
        here += answerMs;
        return new Response('{}', { headers: { Date: date } });
    });
    const isRight = () => Math.abs(serverNow() - right - answerMs) <= 1000;
    await getTask('a');
    assert.equal(serverNow(), here, 'a clock that is right is taken as it is');
    answerMs = 15_000;
    await getTask('a');
    assert.equal(serverNow(), here, 'a slow answer says nothing else');
    answerMs = 0;
    for (const wrong of [-300_000, 300_000, 0]) {
        here = right + wrong;
        await getTask('a');
        assert.ok(isRight(), `${wrong}: ${serverNow() - right}`);
    }
});
