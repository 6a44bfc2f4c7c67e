/** Lines in memory: bounded, and told apart when they change. Search goes with them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lines, Taken, textBetween } from '../../main/resources/page/lines.js';
import { Rows } from '../../main/resources/page/rows.js';
import { Search } from '../../main/resources/page/search.js';
import { linesOf, publish, publishData, shown } from './support.mjs';

test('a line grows until its end comes', () => {
    const lines = linesOf('The ', 'answer', ' is');
    assert.deepEqual(shown(lines), ['The answer is']);
    publish(lines, ' 42.\n\nAnd');
    lines.settle();
    assert.deepEqual(shown(lines), ['The answer is 42.', '', 'And']);
});

test('a text that is begun with nothing is no line, and its event is kept', () => {
    const lines = linesOf('', '\u001b[0m');
    assert.deepEqual(shown(lines), []);
    assert.deepEqual(lines.toNdjson(), [
        '{"type":"message_delta","text":""}\n',
        '{"type":"message_delta","text":"\\u001b[0m"}\n',
    ]);
});

test('events are downloaded as they were sent, one a line', () => {
    const data = [
        '{"type":"message_delta","text":"a\\n"}',
        '{"text":"b\\n","type":"message_delta"}',
        '{"type":"message_delta","text":"c\\nd\\n"}',
        '{"type":"message_delta","text":"e","text":"f\\n"}',
        '{"n":1e400,"n":12345678901234567890}',
        '[1,\n2]',
        '{"type":"message_delta","text":"\\u001b[1A\\u001b[Jg"}',
    ];
    const lines = new Lines();
    data.forEach((each, index) => publishData(lines, each, index + 1));
    lines.settle();
    assert.deepEqual(
        lines.toNdjson(),
        data.map((each) => each.replace('\n', ' ') + '\n'),
    );
});

test('events of rows that are drawn over are downloaded in their order', () => {
    const texts = ['a\n', 'b\n', '\u001b[2AA\n', 'B\n', '\u001b[1A\u001b[J', 'end\n'];
    const lines = linesOf(...texts);
    assert.deepEqual(shown(lines), ['A', 'end']);
    assert.equal(lines.toSentText().join(''), texts.join(''));
    assert.deepEqual(
        lines.toNdjson().map((line) => JSON.parse(line).text),
        texts,
    );
});

test('the oldest lines are cut off, and the others keep their numbers', () => {
    const lines = new Lines(300, 50);
    for (let number = 0; number < 500; number++) {
        publish(lines, `${number}\n`, number + 1);
        lines.settle();
    }
    assert.ok(lines.size <= 300);
    assert.equal(lines.end, 500);
    assert.equal(lines.line(lines.start).text, String(lines.start));
});

test('bars that are redrawn for days take no more than their rows and a bounded part of what was sent', () => {
    const lines = new Lines(300, 50);
    const frame = `\u001b]0;${'title'.repeat(10_000)}\u0007bar\nbar\n`;
    publish(lines, 'bar\nbar\n');
    for (let number = 0; number < 2000; number++) {
        publish(lines, `\u001b[2A${frame}`, number + 2);
        if (number % 100 === 0) lines.settle();
    }
    lines.settle();
    assert.ok(lines.size < 300, `${lines.size} lines`);
    assert.ok(lines.toSentText().join('').length <= 80_000_000);
});

test('one who has taken lines takes only those again that have changed', () => {
    const lines = linesOf('a\nb\nc\n');
    const taken = new Taken();
    assert.equal(taken.take(lines), 0);
    assert.equal(taken.next(lines), 3);
    publish(lines, '\u001b[2AB\n');
    lines.settle();
    assert.equal(taken.take(lines), 1);
    publish(lines, '\u001b[K\nd');
    lines.settle();
    assert.equal(taken.take(lines), 2);
    lines.settle();
    assert.equal(taken.take(lines), lines.end);
});

test('search finds what is shown, and follows what changes', () => {
    const lines = linesOf('download 10%\nbuild\ndownload done\n');
    const search = new Search(lines, () => 0);
    search.start('DOWNLOAD');
    search.advance();
    assert.equal(search.count, 2);
    search.step(1, 0);
    search.step(1, 0);
    assert.deepEqual(search.current, { line: 2, offset: 0 });
    publish(lines, '\u001b[3A\u001b[2Kready\n');
    lines.settle();
    assert.equal(search.finished, false);
    search.advance();
    assert.equal(search.count, 1);
    publish(lines, '\n\n a download');
    lines.settle();
    search.advance();
    assert.equal(search.count, 2);
    assert.equal(search.finished, true);
});

test('search forgets lines that are no more', () => {
    const lines = linesOf('x\nx\nx\n');
    const search = new Search(lines, () => 0);
    search.start('x');
    search.advance();
    publish(lines, '\u001b[2A\u001b[J');
    lines.settle();
    search.advance();
    assert.equal(search.count, 1);
    assert.equal(search.finished, true);
});

test('rows are found by their lines, and lines by their rows', () => {
    const rows = new Rows();
    [1, 3, 2].forEach((many) => rows.push(many));
    assert.deepEqual(
        [0, 1, 3, 4, 99].map((row) => rows.lineAt(row)),
        [0, 1, 1, 2, 2],
    );
    rows.truncate(2);
    assert.equal(rows.total, 4);
    assert.equal(rows.dropFirst(1), 1);
    rows.set(0, 5);
    rows.push(1);
    assert.deepEqual([rows.total, rows.rowOf(1), rows.lineAt(4)], [6, 5, 0]);
});

test('what is selected is copied, also where its lines are on no screen', () => {
    const lines = linesOf('first\nsecond\n');
    publishData(lines, '{"type":"error","message":"broken"}', 2);
    publish(lines, 'last\n', 3);
    lines.settle();
    const place = (line, offset) => ({ line, offset });
    const all = () => false;
    assert.equal(textBetween(lines, place(0, 2), place(0, 4), all), 'rs');
    assert.equal(textBetween(lines, place(0, 2), place(3, 2), all), 'rst\nsecond\nerror      broken\nla');
    assert.equal(textBetween(lines, place(2, 0), place(2, 6), all), 'broken');
    assert.equal(textBetween(lines, place(2, -1), place(3, -1), all), 'error      broken\n');
    assert.equal(textBetween(lines, place(0, -1), place(3, 4), (number) => number === 1), 'first\nerror      broken\nlast');
});
