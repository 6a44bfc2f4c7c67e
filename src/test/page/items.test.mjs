/** Events other than text are shown as they were sent. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemOf, prettyLines } from '../../main/resources/page/items.js';
import { linesOf, publish, publishData, shown, styled } from './support.mjs';

const lineOf = (data) => itemOf(data).lines.join('\n');

/** Data, and the line that shows it. */
const SAME = [
    '{"id":12345678901234567890}',
    '[1e400,-1E-400,0.00042,1.0,-0]',
    '{"a":1,"a":2}',
    '9007199254740993',
    '1e400',
    '"text"',
    'null',
    '{"deep":{"er":[{}, []]}}'.replace(' ', ''),
];

for (const data of SAME) test(`${data} is shown as it was sent`, () => assert.equal(lineOf(data), data));

test('blanks between tokens are not shown, and characters are', () => {
    assert.equal(lineOf('{ "a" :\n [ 1 , "x y" ] , "\\u00e9":"\\u4f60\\n" }'), '{"a":[1,"x y"],"é":"你\\n"}');
});

test('an item that is opened is indented, with each member and number as it was sent', () => {
    assert.deepEqual(prettyLines('{"a":{"n":1e400,"n":0.00042},"b":[],"c":[1,{}],"s":"{,}"}'), [
        '{',
        '  "a": {',
        '    "n": 1e400,',
        '    "n": 0.00042',
        '  },',
        '  "b": [],',
        '  "c": [',
        '    1,',
        '    {}',
        '  ],',
        '  "s": "{,}"',
        '}',
    ]);
    assert.deepEqual(prettyLines('[1.50]'), ['[', '  1.50', ']']);
});

test('the names of items are as they were sent', () => {
    assert.equal(lineOf('{"type":"item_started","item":{"id":12345678901234567890}}'), '12345678901234567890');
    assert.equal(lineOf('{"type":"item_started","item":{"id":"7","title":"Compile"}}'), 'Compile');
    assert.equal(lineOf('{"type":"item_completed","item":{"title":null,"n":1e400}}'), '{"title":null,"n":1e400}');
    assert.equal(lineOf('{"type":"item_completed","item":1.0}'), '1.0');
});

test('amounts are as they were sent, with whole numbers in groups', () => {
    const data =
        '{"type":"token_usage","usage":{"input":1234567,"big":12345678901234567890,"cost":0.00042,"x":1e400,"x":2}}';
    assert.equal(lineOf(data), 'input 1,234,567 · big 12,345,678,901,234,567,890 · cost 0.00042 · x 1e400 · x 2');
    assert.equal(lineOf('{"type":"token_usage","usage":{"of":{"n":1e400}}}'), 'of {"n":1e400}');
});

test('what an approval asks for can hide nothing', () => {
    const lines = (command) => itemOf(JSON.stringify({ type: 'approval_request', id: '7', command })).lines;
    assert.deepEqual(lines('rm -rf /\rls'), ['rm -rf /\\u000dls  (request 7)']);
    assert.deepEqual(lines('ls\u001b[8m; rm -rf /'), ['ls\\u001b[8m; rm -rf /  (request 7)']);
    assert.deepEqual(lines('a\u202eb'), ['a\\u202eb  (request 7)']);
    assert.deepEqual(lines(['rm', '-rf', 'a b', "it's"]), ["rm -rf 'a b' 'it'\\''s'  (request 7)"]);
    assert.deepEqual(lines('one\ntwo'), ['one', 'two  (request 7)']);
    assert.deepEqual(itemOf('{"type":"approval_request","id":1,"command":[1e400]}').lines, ['[1e400]  (request 1)']);
});

test('an error has its colours, and moves no cursor', () => {
    const lines = linesOf('before\n');
    const message = '\u001b[31mred\u001b[0m\r\u001b[1A\b\nsecond\r\n';
    publishData(lines, JSON.stringify({ type: 'error', message }));
    lines.settle();
    assert.deepEqual(styled(lines), ['before', '<fg=1>red</>\\u000d\\u001b[1A\\u0008', 'second']);
});

test('an error whose message is no text is shown as it came', () => {
    assert.equal(lineOf('{"type":"error","message":{"code":1e400}}'), '{"code":1e400}');
    assert.equal(lineOf('{"type":"error"}'), '');
});

test('items stand between lines of text, whose colour they end', () => {
    const lines = linesOf('\u001b[31mhalf');
    publishData(lines, '{"type":"item_started","item":{"id":"1"}}', 2);
    publish(lines, ' a line\n', 3);
    lines.settle();
    assert.deepEqual(styled(lines), ['<fg=1>half</>', '1', ' a line']);
    assert.equal(lines.toSentText().join(''), '\u001b[31mhalf a line\n');
    assert.equal(lines.toNdjson().length, 3);
});

test('a mark stands on a line of its own', () => {
    const lines = linesOf('half');
    lines.addMark({ kind: 'gap', text: 'missing', at: 0 });
    publish(lines, 'more\n', 3);
    lines.settle();
    assert.deepEqual(shown(lines), ['half', 'missing', 'more']);
    assert.equal(lines.toSentText().join(''), 'half\ngap        missing\nmore\n');
});
