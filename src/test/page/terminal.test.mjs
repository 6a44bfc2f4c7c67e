/** What a terminal leaves of what tools print. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, publish, shown, styled } from './support.mjs';

/** What was sent, and the lines with their styles that are left. */
const CASES = {
    // Hyperlinks (OSC 8)
    'a link with formatting, and text behind it': [
        '\x1b]8;;https://e.org\x1b\\\x1b[34mlink\x1b[0m\x1b]8;;\x1b\\ BUILD FAILED\n',
        ['<fg=4 url=https://e.org>link</> BUILD FAILED'],
    ],
    'a link that ends with BEL': [
        '\x1b]8;;https://e.org\x07link\x1b]8;;\x07 after\n',
        ['<url=https://e.org>link</> after'],
    ],
    'a link with an id': ['\x1b]8;id=1;https://e.org\x1b\\link\x1b]8;;\x1b\\.\n', ['<url=https://e.org>link</>.']],
    'a link beyond ASCII': [
        '\x1b]8;;https://e.org\x1b\\Fußnote ✓\x1b]8;;\x1b\\ ok\n',
        ['<url=https://e.org>Fußnote ✓</> ok'],
    ],
    'an address beyond ASCII': ['\x1b]8;;https://e.org/ü\x1b\\x\x1b]8;;\x1b\\ ok\n', ['<url=https://e.org/ü>x</> ok']],
    'a link without text': ['\x1b]8;;https://e.org\x1b\\\x1b]8;;\x1b\\ ok\n', [' ok']],
    'a close without an open': ['a\x1b]8;;\x1b\\b BUILD FAILED\n', ['ab BUILD FAILED']],
    'a link that is never closed': [
        '\x1b]8;;https://e.org\x1b\\link BUILD FAILED\nnext\n',
        ['<url=https://e.org>link BUILD FAILED</>', 'next'],
    ],
    'a link in a link': [
        '\x1b]8;;https://a.org\x07a\x1b]8;;https://b.org\x07b\x1b]8;;\x07c\n',
        ['<url=https://a.org>a</><url=https://b.org>b</>c'],
    ],
    'an open without an end': [
        '\x1b]8;;https://e.org BUILD FAILED\nnext\n',
        [']8;;https://e.org BUILD FAILED', 'next'],
    ],
    'an open that a colour cuts off': ['\x1b]8;;https://e.org\x1b[31mred\x1b[0m\n', [']8;;https://e.org<fg=1>red</>']],
    'an open that a carriage return cuts off': ['\x1b]8;;https://e.org\rBUILD\n', ['BUILDttps://e.org']],
    'an address that is no web page': ['\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07 y\n', ['x y']],
    'a semicolon less': ['\x1b]8;https://e.org\x07x\x1b]8;;\x07 y\n', ['x y']],

    // Styles
    'sixteen colours': [
        '\x1b[31mred\x1b[92;1mgreen\x1b[39mbold\x1b[mplain\n',
        ['<fg=1>red</><fg=10 bold>green</><bold>bold</>plain'],
    ],
    'a badge of chalk': ['\x1b[41m\x1b[37m ERROR \x1b[39m\x1b[49m no\n', ['<fg=7 bg=1> ERROR </> no']],
    'a badge of Jest': [
        '\x1b[0m\x1b[7m\x1b[1m\x1b[32m PASS \x1b[39m\x1b[22m\x1b[27m\x1b[0m a.js\n',
        ['<fg=2 bold inverse> PASS </> a.js'],
    ],
    'inverse, conceal, strike': [
        '\x1b[7ma\x1b[27m\x1b[8mb\x1b[28m\x1b[9mc\x1b[29md\n',
        ['<inverse>a</><conceal>b</><strike>c</>d'],
    ],
    '256 and true colours': ['\x1b[38;5;208ma\x1b[48;2;1;2;3mb\x1b[0m\n', ['<fg=208>a</><fg=208 bg=#010203>b</>']],
    'colours with colons': [
        '\x1b[38:2::255:100:0ma\x1b[38:2:1:2:3mb\x1b[48:5:9mc\x1b[m\n',
        ['<fg=#ff6400>a</><fg=#010203>b</><fg=#010203 bg=9>c</>'],
    ],
    'underlines with colons': [
        '\x1b[4:3ma\x1b[4:0mb\x1b[4mc\x1b[21md\x1b[24me\n',
        ['<underline=3>a</>b<underline=1>c</><underline=2>d</>e'],
    ],
    'the colour of an underline': ['\x1b[4;58;5;1;1ma\x1b[58:2::1:2:3mb\x1b[0m\n', ['<bold underline=1>ab</>']],
    'a colour that there is not': ['\x1b[38;5;999ma\x1b[38;2;300;0;0mb\x1b[38mc\x1b[38;9md\n', ['abcd']],
    'codes that there are not': ['\x1b[77;1;1234ma\x1b[>4;1mb\x1b[?4mc\n', ['<bold>abc</>']],
    'a style that goes on over lines': ['\x1b[31mred\n\nstill\x1b[m not\n', ['<fg=1>red</>', '', '<fg=1>still</> not']],

    // Within a line
    'a progress bar': ['10%\r50%\r100%\n', ['100%']],
    'what is drawn over stays where nothing is drawn': ['abcdef\rXY\n', ['XYcdef']],
    'a line that is cleared': ['50%\x1b[2K\x1b[1Gdone\n', ['done']],
    'the spinner of npm': ['⠋ idealTree\x1b[1G\x1b[0K⠙ reify\x1b[1G\x1b[0Kadded 5 packages\n', ['added 5 packages']],
    'the rest of a line is cleared': ['downloading\rdone\x1b[K\n', ['done']],
    'the beginning of a line is cleared': ['abcdef\x1b[3D\x1b[1K\n', ['    ef']],
    backspaces: ['|\b/\b-\b\\\bok\n', ['ok']],
    'a backspace at the beginning': ['\b\babc\n', ['abc']],
    'to a column': ['abcdef\x1b[3GX\x1b[10GY\n', ['abXdef   Y']],
    'to the right and the left': ['ab\x1b[2Ccd\x1b[2DX\n', ['ab  Xd']],
    'as far right as there is': ['a\x1b[999999999Cb\x1b[999999999D\x1b[Kc\n', ['c']],
    'characters are taken out and put in': ['abcdef\r\x1b[2Pcd\r\x1b[2@XY\r\x1b[1X\n', [' Ycdef']],
    'colours that are drawn over': ['\x1b[31mabc\x1b[m\x1b[2G\x1b[32mX\x1b[m\n', ['<fg=1>a</><fg=2>X</><fg=1>c</>']],
    'wide characters': ['你好\r\x1b[2Cx\n', ['你x ']],
    'half of a wide character': ['你好\r\x1b[1Cx\n', [' x好']],
    'halves of wide characters that are blanked': ['你好吗呢\r\x1b[1C\x1b[2X\x1b[4C\x1b[1X\n', ['      呢']],
    'combining marks': ['e\u0301a\rX\n', ['Xa']],
    tabs: ['a\tb\n\tc\r\x1b[8Cd\n', ['a       b', '        d']],
    'GCC clears after each colour': [
        '\x1b[01m\x1b[Ka.c:1:\x1b[m\x1b[K \x1b[31m\x1b[Kerror\x1b[m\x1b[K\n',
        ['<bold>a.c:1:</> <fg=1>error</>'],
    ],
    'CR LF': ['abc\r\nd\r\r\n', ['abc', 'd']],

    // Several lines
    'two bars': ['a 1%\nb 1%\n\x1b[2Aa 2%\nb 2%\n', ['a 2%', 'b 2%']],
    'what follows stands below': ['a 1%\nb 1%\n\x1b[2Aa 2%\nb 2%\ndone\n', ['a 2%', 'b 2%', 'done']],
    'only the upper one': ['a 1%\nb 1%\n\x1b[2A\x1b[2Ka ok\n\x1b[1Bc\n', ['a ok', 'b 1%', 'c']],
    'lines of other tools stay above': ['before\na\nb\n\x1b[2AA\nB\n', ['before', 'A', 'B']],
    'docker compose': [
        '\x1b[?25l\x1b[0G[+] Running 0/2\n ⠋ a Starting\n ⠋ b Starting\n\x1b[?25h' +
            '\x1b[3A\x1b[?25l\x1b[0G[+] Running 2/2\n \x1b[32m✔\x1b[0m a Started \n \x1b[32m✔\x1b[0m b Started \n\x1b[?25hup\n',
        ['[+] Running 2/2', ' <fg=2>✔</> a Started ', ' <fg=2>✔</> b Started ', 'up'],
    ],
    'log-update': ['one\ntwo\n\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[Gthree\n', ['three']],
    'cleared to the end of the screen': ['a\nb\nc\n\x1b[3A\x1b[JX\nY\n', ['X', 'Y']],
    'saved and restored': ['\x1b7a\nb\x1b8X\n', ['X', 'b']],
    'saved and restored with CSI': ['ab\x1b[scd\x1b[uX\n', ['abXd']],
    'to the beginning of an earlier line': ['a\nb\nc\x1b[2FX\x1b[1EY\n', ['X', 'Y', 'c']],
    'a reverse line feed': ['a\nb\x1bMX\n', ['aX', 'b']],
    'up at the top': ['\x1b[5Aa\n\x1b[9AX\n', ['X']],
    'down at the bottom': ['a\x1b[9Bb\n', ['ab']],
    'a next line': ['a\x1bEb\n', ['a', 'b']],

    // The screen: what was published stays
    'a screen that is cleared': ['a\n\x1b[2J\x1b[Hb\n\x1b[H\x1b[2Jc\n', ['a', 'b', 'c']],
    'a reset': ['a\x1b[31m\x1bcb\n', ['a', 'b']],
    'a bar at the bottom of the screen': ['a\n\x1b7\x1b[24;0f\x1b[42m10%\x1b[49m\x1b8b\n', ['a', '<bg=2>10%</>', 'b']],

    // What is not understood is dropped, and never more than that
    'two-byte escapes': ['a\x1b7b\x1b=c\x1b>d\x1b(Be\x1b#8f\n', ['abcdef']],
    modes: ['\x1b[?25la\x1b[?2004hb\x1b[6nc\x1b[1;5rd\x1b[2 qe\n', ['abcde']],
    'a title': ['\x1b]0;title\x07a\x1b]2;title\x1b\\b\n', ['ab']],
    'a title without an end': ['\x1b]0;title\nBUILD FAILED\n', [']0;title', 'BUILD FAILED']],
    'a device control string': ['a\x1bPq#0;2;0\x1b\\b\x1b_app\x1b\\c\x1b^pm\x1b\\d\n', ['abcd']],
    'a sequence that a line feed cuts off': ['\x1b[3\nBUILD\n', ['', 'BUILD']],
    'a sequence that a letter beyond ASCII cuts off': ['\x1b[3üb\n', ['üb']],
    'an escape before an escape': ['\x1b\x1b[31ma\x1b[m\n', ['<fg=1>a</>']],
    'an escape at the end of a line': ['a\x1b\nb\n', ['a', 'b']],
    'other control characters': ['a\x00b\x07c\x0ed\x7fe\x85f\n', ['abcdef']],
};

for (const [name, [sent, left]] of Object.entries(CASES)) {
    test(name, () => {
        assert.deepEqual(styled(linesOf(sent)), left);
    });

    test(`${name}, in pieces of one character, and as it was sent in a download`, () => {
        const lines = linesOf(...sent);
        assert.deepEqual(styled(lines), left);
        assert.equal(lines.toSentText().join(''), sent);
        assert.equal(linesOf(sent).toSentText().join(''), sent);
    });

    test(`${name}, shown after each character`, () => {
        const lines = linesOf();
        for (const character of sent) {
            publish(lines, character);
            lines.settle();
        }
        assert.deepEqual(styled(lines), left);
        assert.equal(lines.toSentText().join(''), sent);
        assert.equal(lines.toNdjson().length, [...sent].length);
    });
}

/** Each made the page stand still for seconds: what one sequence costs must not grow with what others left. */
const COSTLY = {
    'cells put in': 'x\r' + '\x1b[400@'.repeat(4000),
    'cells put into a long row': 'x'.repeat(1_000_000) + '\r' + '\x1b[@'.repeat(8000),
    'cells taken out of a long row': 'x'.repeat(1_000_000) + '\r' + '\x1b[P'.repeat(8000),
    'the beginning of a long row cleared': 'x'.repeat(60_000) + '\x1b[1K'.repeat(6000),
    'a cursor far behind a row that was cleared': '\t'.repeat(8000) + '\x1b[2Kx'.repeat(3200),
    'a cursor that is restored there': '\t'.repeat(8000) + '\x1b7' + '\x1b[2K\x1b8x'.repeat(2400),
    'a style of many attributes': '\x1b[' + ';'.repeat(100_000) + 'm',
};

for (const [name, sent] of Object.entries(COSTLY)) {
    test(`what is sent is soon shown: ${name}`, () => {
        const began = performance.now();
        const lines = linesOf(sent);
        assert.ok(performance.now() - began < 1500);
        assert.equal(lines.toSentText().join(''), sent);
    });
}

test('a row that cells are put into, or that has tabs, is not longer than others', () => {
    for (const sent of ['x\r' + '\x1b[400@'.repeat(4000), '\t'.repeat(300_000)])
        for (const text of shown(linesOf(sent))) assert.ok(text.length <= 1.1 * (1 << 20), `${text.length}`);
});

test('an erased row takes the events of many rows', () => {
    const lines = linesOf('a\n');
    for (let sequence = 2; sequence < 200_000; sequence++) publish(lines, 'b', sequence);
    publish(lines, '\x1b[A\x1b[J', 200_000);
    lines.settle();
    assert.deepEqual(shown(lines), ['a']);
    assert.equal(lines.toNdjson().length, 200_000);
});

test('a string without an end is text when the task is done', () => {
    const lines = linesOf('\x1b]8;;https://e.org BUILD FAILED');
    assert.deepEqual(shown(lines), []);
    lines.addEvent({ id: 'e-2', data: '{"type":"done"}', at: 0, replayed: false });
    lines.settle();
    assert.deepEqual(shown(lines), [']8;;https://e.org BUILD FAILED', 'the task has ended']);
});
