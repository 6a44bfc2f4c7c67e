/** Small modules: addresses of lines, numbers and times. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breaksOf, cellsOf } from '../../main/resources/page/cells.js';
import { ago, clockMillis, count, duration, elapsed, plural, took } from '../../main/resources/page/format.js';
import { extended, rangeOf, textOf } from '../../main/resources/page/line-range.js';
import { linesOf, publish, publishData, shown } from './support.mjs';

test('an address points at a line or a range, counted from 1', () => {
    assert.deepEqual(rangeOf('120-140'), { from: 119, to: 139 });
    assert.deepEqual(rangeOf('140-120'), { from: 119, to: 139 });
    assert.deepEqual(rangeOf('7'), { from: 6, to: 6 });
    for (const none of [null, '', '0', 'x', '1-', '-1', '1-0', '1.5', '12345678901']) assert.equal(rangeOf(none), null);
});

test('a range is written as it is read', () => {
    for (const text of ['1', '120-140']) assert.equal(textOf(rangeOf(text)), text);
});

test('a range reaches from where it began to the line that is chosen', () => {
    assert.deepEqual(extended(null, 4), { from: 4, to: 4 });
    assert.deepEqual(extended({ from: 4, to: 4 }, 9), { from: 4, to: 9 });
    assert.deepEqual(extended({ from: 4, to: 9 }, 2), { from: 2, to: 4 });
});

test('lines have the numbers of the log as far as nothing is missing', () => {
    const lines = linesOf('a\nb\n');
    lines.addMark({ kind: 'gap', text: 'missing', at: 0 });
    publish(lines, 'c\n', 9);
    lines.settle();
    assert.deepEqual(
        [0, 1, 2, 3].map((number) => lines.numberOf(number)),
        [1, 2, null, null],
    );
});

test('numbers count line feeds, also those of rows that were drawn over, and an item is one line', () => {
    const lines = linesOf('a\n', 'b\nc', 'd\n', '\u001b[2AB\n\n', 'e');
    publishData(lines, '{"type":"error","message":"two\\nlines"}', 6);
    publish(lines, 'f\n', 7);
    lines.settle();
    const numbers = shown(lines).map((text, line) => [text, lines.numberOf(line), lines.line(line).isFirst]);
    assert.deepEqual(numbers, [
        ['a', 1, true],
        ['B', 2, true],
        ['cd', 3, true],
        ['e', 4, true],
        ['two', 7, true],
        ['lines', 7, false],
        ['f', 8, true],
    ]);
    // The lines 4 and 5 have drawn over others, and no row of their own.
    assert.deepEqual(
        [1, 2, 3, 4, 5, 6, 7, 8, 99].map((number) => lines.behind(0, number - 1)),
        [0, 1, 2, 3, 3, 3, 4, 6, 6],
    );
});

test('elapsed times have one width', () => {
    assert.equal(elapsed(0), '   +0:00.000');
    assert.equal(elapsed(-5), '   +0:00.000');
    assert.equal(elapsed(723_056), '  +12:03.056');
    assert.equal(elapsed(3_723_056), '+1:02:03.056');
});

test('numbers and times are written for readers', () => {
    assert.equal(count(1204), '1,204');
    assert.equal(plural(1, 'event'), '1 event');
    assert.equal(duration(200_000), '3 min 20 s');
    assert.deepEqual([-5, 440, 9_940, 9_960, 200_000].map(took), ['0.0 s', '0.4 s', '9.9 s', '10 s', '3 min 20 s']);
    assert.equal(ago(1000, 13_000), '12 s ago');
    assert.match(clockMillis(0), /^\d\d:\d\d:00\.000$/);
});

test('a text takes cells, and is broken where they are full', () => {
    assert.equal(cellsOf('ab你e\u0301'), 5);
    assert.deepEqual(breaksOf('abcdef', 4), [0, 4]);
    assert.deepEqual(breaksOf('ab你好', 3), [0, 2, 3]);
});
