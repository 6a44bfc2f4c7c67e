/** Groups of lines that a reader can fold, and which rows are left of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Faults } from '../../main/resources/page/faults.js';
import { Folds } from '../../main/resources/page/folds.js';
import { Layout } from '../../main/resources/page/layout.js';
import { Lines } from '../../main/resources/page/lines.js';
import { linesOf, publish, publishData } from './support.mjs';

function foldsOf(lines, { follows = true } = {}) {
    const faults = new Faults(lines);
    faults.take();
    const folds = new Folds(lines, { mayCollapse: () => follows, hasError: (from, to) => faults.isBetween(from, to) });
    folds.take();
    return folds;
}

/** All groups: the header's title, the first line and the last, and + for one that is open, - for one that is folded. */
function outline(lines, folds = foldsOf(lines)) {
    const groups = [];
    for (let number = lines.start; number < lines.end; number++) {
        const group = folds.headerAt(number);
        if (!group) continue;
        const last = group.end === Infinity ? '…' : group.end - 1;
        const title = lines.line(number).text.slice(group.from);
        groups.push(`${group.isCollapsed ? '-' : '+'}${title || group.name} ${number + 1}..${last}`);
    }
    return groups;
}

const visible = (lines, folds) =>
    Array.from({ length: lines.size }, (_, index) => lines.start + index)
        .filter((number) => !folds.isHidden(number))
        .map((number) => lines.line(number).text);

const TABLE = {
    'GitHub’s commands': ['::group::Build\na\nb\n::endgroup::\nrest\n', ['-Build 1..3']],
    'GitHub’s logs': ['##[group]Run make\na\n##[endgroup]\n', ['-Run make 1..2']],
    'GitHub’s logs with times': [
        '2026-03-01T10:11:12.1234567Z ##[group]Run make\n2026-03-01T10:11:12.2Z a\n2026-03-01T10:11:13.2Z ##[endgroup]\n',
        ['-Run make 1..2'],
    ],
    'a group in a group': [
        '::group::A\na\n::group::B\nb\n::endgroup::\n::endgroup::\n',
        ['-A 1..5', '-B 3..4'],
    ],
    'a group that is still open': ['::group::A\na\n', ['+A 1..…']],
    'a group without a name': ['::group::\na\n::endgroup::\n', ['-::group:: 1..2']],
    'an end without a beginning': ['a\n::endgroup::\nb\n', []],
    'a group with an error': ['::group::A\n::error::x\n::endgroup::\n', ['+A 1..2']],
    'GitLab’s sections': [
        '\x1b[0Ksection_start:1560896352:build\r\x1b[0KBuild all\na\n\x1b[0Ksection_end:1560896355:build\r\x1b[0K\nrest\n',
        ['+Build all 1..2'],
    ],
    'GitLab’s sections that are folded': [
        'section_start:1:build[collapsed=true]\r\x1b[0KBuild all\na\nsection_end:2:build\r\x1b[0K\n',
        ['-Build all 1..2'],
    ],
    'GitLab’s sections, one behind the other in a line': [
        'section_start:1:a\r\x1b[0KA\na\nsection_end:2:a\r\x1b[0Ksection_start:2:b\r\x1b[0KB\nb\nsection_end:4:b\r\x1b[0Kend\n',
        ['+A 1..1', '+B 3..3'],
    ],
    'GitLab’s sections in sections': [
        'section_start:1:a\r\x1b[0KA\nsection_start:1:b\r\x1b[0KB\nb\nsection_end:2:b\r\x1b[0K\nsection_end:2:a\r\x1b[0K\n',
        ['+A 1..4', '+B 2..3'],
    ],
    'GitLab’s section without a header': ['section_start:1:a\r\x1b[0K\na\nsection_end:2:a\r\x1b[0K\n', ['+a 1..2']],
    'text that speaks of a section': ['section_start:1:a\nsection_end:1:a\n', []],
    'Buildkite’s groups': [
        '--- :hammer: Build\na\n+++ Test\nb\n~~~ Clean\nc\n--- Last\nd\n',
        ['-:hammer: Build 1..1', '+Test 3..3', '-Clean 5..5', '+Last 7..…'],
    ],
    'Buildkite’s group that is opened later': ['--- Build\na\n^^^ +++\nb\n--- Next\n', ['+Build 1..3', '+Next 5..…']],
    'a unified diff': ['--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n', []],
    'a diff of other names': ['--- expected\n+++ actual\n@@ -1 +1 @@\n', []],
    'a diff within a group': ['--- Test\na\n--- old.txt\n+++ new.txt\nb\n', ['+Test 1..…']],
    'what a shell traces': ['+++ dirname x\n++ cd x\n+ echo\n', []],
    'lines of Maven, Go and others': [
        '--- compiler:3.16.0:compile (default-compile) @ shop ---\n--- FAIL: TestX (0.00s)\n---\n--- PASS: TestY\n+++\n',
        [],
    ],
};

for (const [name, [text, expected]] of Object.entries(TABLE))
    test(`${name} make groups`, () => {
        assert.deepEqual(outline(linesOf(text)), expected);
        // In pieces it is the same.
        const lines = new Lines();
        const folds = foldsOf(lines);
        const faults = new Faults(lines);
        const again = new Folds(lines, { mayCollapse: () => true, hasError: (from, to) => faults.isBetween(from, to) });
        for (const [index, character] of [...text].entries()) {
            publish(lines, character, index + 1);
            lines.settle();
            folds.take();
            faults.take();
            again.take();
        }
        assert.deepEqual(outline(lines, again), expected);
    });

const started = (id, title) => JSON.stringify({ type: 'item_started', item: { id, title } });
const completed = (id, title) => JSON.stringify({ type: 'item_completed', item: { id, title } });

test('items are groups, open ones, up to where they are completed', () => {
    const lines = new Lines();
    publishData(lines, started('1', 'Compile'), 1);
    publish(lines, 'a\nb\n', 2);
    publishData(lines, completed('1', 'Compile'), 3);
    publish(lines, 'rest\n', 4);
    lines.settle();
    assert.deepEqual(outline(lines), ['+Compile 1..3']);
});

test('items that overlap end together, and each has its own time', () => {
    const lines = new Lines();
    [started(1, 'A'), started(2, 'B'), completed(1, 'A'), completed(2, 'B')].forEach((data, index) =>
        publishData(lines, data, index + 1),
    );
    lines.settle();
    const folds = foldsOf(lines);
    assert.deepEqual(outline(lines, folds), ['+A 1..2', '+B 2..2']);
    assert.equal(folds.headerAt(1).closing, lines.line(3));
});

test('the end of the task ends all groups', () => {
    const lines = linesOf('::group::A\na\n');
    publishData(lines, started('1', 'B'), 2);
    publishData(lines, '{"type":"done"}', 3);
    lines.settle();
    assert.deepEqual(outline(lines), ['-A 1..2', '+B 3..2']);
});

test('GitLab’s sections, and GitHub’s logs, bring their times', () => {
    const gitlab = foldsOf(linesOf('section_start:100:a\r\x1b[0KA\na\nsection_end:103:a\r\x1b[0K\n'));
    assert.deepEqual(gitlab.headerAt(0).seconds, { began: 100, ended: 103 });
    const [begin, end] = ['1970-01-01T00:01:00.5000000Z', '1970-01-01T00:01:02.0000000Z'];
    const github = foldsOf(linesOf(`${begin} ##[group]A\n${begin} a\n${end} ##[endgroup]\n`));
    assert.deepEqual(github.headerAt(0).seconds, { began: 60.5, ended: 62 });
});

test('a folded group shows its header, and no group the lines that only end one', () => {
    const lines = linesOf('::group::A\na\n::endgroup::\nb\n::group::B\nc\n');
    const folds = foldsOf(lines);
    assert.deepEqual(visible(lines, folds), ['::group::A', 'b', '::group::B', 'c']);
    folds.toggle(0);
    assert.deepEqual(visible(lines, folds), ['::group::A', 'a', 'b', '::group::B', 'c']);
});

test('nothing folds under one who reads', () => {
    assert.deepEqual(outline(linesOf('::group::A\na\n::endgroup::\n'), undefined).length, 1);
    const lines = linesOf('::group::A\na\n::endgroup::\n');
    assert.deepEqual(outline(lines, foldsOf(lines, { follows: false })), ['+A 1..2']);
});

test('what one looks for in folded groups opens all of them', () => {
    const lines = linesOf('::group::A\n::group::B\nb\n::endgroup::\n::endgroup::\n');
    const folds = foldsOf(lines);
    assert.equal(folds.reveal(2), 0);
    assert.deepEqual(outline(lines, folds), ['+A 1..4', '+B 2..3']);
    assert.equal(folds.reveal(2), null);
    assert.equal(folds.isHidden(3), true);
    folds.reveal(3);
    assert.equal(folds.isHidden(3), false);
});

test('all are opened and folded at once', () => {
    const lines = linesOf('::group::A\na\n::endgroup::\n+++ B\nb\n');
    const folds = foldsOf(lines);
    folds.setAll(false);
    assert.deepEqual(outline(lines, folds), ['+A 1..2', '+B 4..…']);
    folds.setAll(true);
    assert.deepEqual(outline(lines, folds), ['-A 1..2', '-B 4..…']);
});

test('a group that one has folded while it grows stays folded', () => {
    const lines = linesOf('::group::A\na\n');
    const folds = foldsOf(lines);
    folds.toggle(0);
    publish(lines, 'b\n', 2);
    lines.settle();
    folds.take();
    assert.deepEqual(visible(lines, folds), ['::group::A']);
    publish(lines, '::endgroup::\nc\n', 3);
    lines.settle();
    folds.take();
    assert.deepEqual(visible(lines, folds), ['::group::A', 'c']);
});

test('lines that are drawn over begin and end other groups', () => {
    const lines = linesOf('::group::A\na\n::endgroup::\nb\n');
    const folds = foldsOf(lines);
    publish(lines, '\x1b[2A\x1b[2Kmore\n\x1b[2Kand more\n', 2);
    lines.settle();
    assert.equal(folds.take(), 0);
    assert.deepEqual(outline(lines, folds), ['+A 1..…']);
    assert.deepEqual(visible(lines, folds), ['::group::A', 'a', 'more', 'and more']);
});

test('without its header a group hides nothing', () => {
    const lines = new Lines(300, 50);
    publish(lines, '::group::A\n', 1);
    lines.settle();
    const folds = foldsOf(lines);
    folds.toggle(0);
    for (let number = 0; number < 400; number++) {
        publish(lines, `${number}\n`, number + 2);
        lines.settle();
        folds.take();
    }
    assert.equal(visible(lines, folds).length, lines.size);
});

test('rows are those of what is not folded', () => {
    const lines = linesOf('first\n::group::A\na\nb\n::endgroup::\nlast\n');
    const folds = foldsOf(lines);
    const layout = new Layout(lines, folds);
    layout.take();
    assert.equal(layout.total, 3);
    assert.deepEqual([0, 1, 2].map((row) => layout.lineAt(row)), [0, 1, 5]);
    layout.renew(folds.toggle(1));
    assert.equal(layout.total, 5);
    assert.equal(layout.rowOf(5), 4);
    assert.deepEqual(layout.partsOf(1), [{ from: 9, to: 10, first: true, json: null }]);
});

test('a header that is wrapped leaves room for how long its group took', () => {
    const lines = linesOf(`::group::${'a'.repeat(60)}\n`);
    const layout = new Layout(lines, foldsOf(lines));
    layout.wrap = true;
    layout.columns = 60;
    layout.take();
    assert.deepEqual(layout.partsOf(0).map(({ from, to }) => [from, to]), [
        [9, 54],
        [54, 69],
    ]);
    assert.equal(layout.total, 2);
});

test('a group that ends takes its rows away again', () => {
    const lines = linesOf('first\n::group::A\na\nb\n');
    const layout = new Layout(lines, foldsOf(lines));
    layout.take();
    assert.equal(layout.total, 4);
    publish(lines, '::endgroup::\nlast\n', 2);
    lines.settle();
    assert.equal(layout.take(), 1);
    assert.equal(layout.total, 3);
});

const PIECES = [
    ...['a\n', 'b\n', 'x', '\r', 'error: x\n', '::group::g\n', '::endgroup::\n', '--- build\n', '+++ test\n', '^^^ +++\n'],
    ...['+ echo\n', 'section_start:1:s\r\x1b[0KS\n', 'section_end:2:s\r\x1b[0Ksection_start:3:s\r\x1b[0KT\n'],
    ...['section_end:2:s\r\x1b[0K\n', '\x1b[1A', '\x1b[3A\x1b[J', '\x1b[2K'],
];

test('whatever comes, is drawn over, cut off, folded and opened, the rows are those of what is not folded', () => {
    let seed = 1;
    const random = (below) => {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        return (seed >> 8) % below;
    };
    for (let run = 0; run < 300; run++) {
        const lines = new Lines(run % 2 === 0 ? 60 : 1000, 10);
        const faults = new Faults(lines);
        const hasError = (from, to) => faults.isBetween(from, to);
        const folds = new Folds(lines, { mayCollapse: () => random(3) > 0, hasError });
        const layout = new Layout(lines, folds);
        for (let step = 1; step < 60; step++) {
            if (random(6) === 0) publishData(lines, [started, completed][random(2)](random(3)), step);
            else publish(lines, PIECES[random(PIECES.length)] + PIECES[random(PIECES.length)], step);
            lines.settle();
            faults.take();
            layout.forgetCut();
            layout.take();
            const number = lines.start + random(lines.size || 1);
            if (random(5) === 0) layout.renew(folds.toggle(number));
            if (random(7) === 0) layout.renew(folds.reveal(number) ?? lines.end);
            let row = 0;
            for (let each = lines.start; each < lines.end; each++) {
                if (folds.isHidden(each)) continue;
                assert.equal(layout.lineAt(row), each, `run ${run}, step ${step}`);
                row++;
            }
            assert.equal(layout.total, row);
        }
    }
});

test('many groups and many lines cost little for each line', () => {
    const secondsOf = (many) => {
        const lines = new Lines();
        const layout = new Layout(lines, foldsOf(lines));
        const began = performance.now();
        for (let number = 0; number < many; number += 100) {
            publish(lines, `::group::${number}\n${'x\n'.repeat(98)}::endgroup::\n`, number + 1);
            lines.settle();
            layout.take();
        }
        return performance.now() - began;
    };
    secondsOf(10_000);
    // Ten times as many take some ten times as long; a hundred times would be quadratic.
    assert.ok(secondsOf(150_000) < 50 * Math.max(secondsOf(15_000), 20));
});
