/** Whatever colours a program chooses, its text can be read in both themes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { coloursOf, contrast, LEAST_CONTRAST } from '../../main/resources/page/palette.js';
import { restyled, TRUE_COLOUR } from '../../main/resources/page/sgr.js';

const css = ['base', 'output']
    .map((name) => readFileSync(new URL(`../../main/resources/page/${name}.css`, import.meta.url), 'utf8'))
    .join();

/** What text can stand on where the output sets no ground. */
const GROUNDS = [
    'term-ground',
    'term-hover',
    'line-target',
    'info-tint',
    'ok-tint',
    'warn-tint',
    'bad-tint',
    'muted-tint',
];

function variable(name, dark) {
    const [, light, other] = new RegExp(`--${name}: light-dark\\((#[0-9a-f]+), (#[0-9a-f]+)\\)`).exec(css);
    return dark ? other : light;
}

const number = (colour) => parseInt(colour.slice(1), 16);
const COLOURS = [null, ...Array(256).keys(), ...trueColours()];

function trueColours() {
    const steps = [0, 51, 102, 128, 153, 204, 255];
    return steps.flatMap((red) =>
        steps.flatMap((green) => steps.map((blue) => TRUE_COLOUR + (red << 16) + (green << 8) + blue)),
    );
}

function worst(style, dark) {
    const { color, background } = coloursOf(style, dark);
    const text = number(color ?? variable('term-text', dark));
    const grounds = background ? [number(background)] : GROUNDS.map((name) => number(variable(name, dark)));
    return Math.min(...grounds.map((ground) => contrast(text, ground)));
}

for (const dark of [false, true]) {
    const theme = dark ? 'dark' : 'light';

    test(`every colour can be read on the ${theme} page, also faint and inverse`, () => {
        for (const fg of COLOURS)
            for (const faint of [false, true])
                for (const inverse of [false, true]) {
                    const found = worst({ fg, bg: null, faint, inverse }, dark);
                    assert.ok(found >= LEAST_CONTRAST, `${fg} ${faint} ${inverse}: ${found}`);
                }
    });

    test(`every colour can be read on every ground in the ${theme} theme`, () => {
        const some = COLOURS.filter((colour, index) => colour === null || colour < 16 || index % 29 === 0);
        for (const fg of some)
            for (const bg of COLOURS)
                for (const inverse of [false, true]) {
                    const found = worst({ fg, bg, faint: false, inverse }, dark);
                    assert.ok(found >= LEAST_CONTRAST, `${fg} on ${bg} ${inverse}: ${found}`);
                }
    });

    test(`links and marks can be read in the ${theme} theme`, () => {
        for (const ground of GROUNDS)
            for (const name of ['accent', 'term-text'])
                assert.ok(
                    contrast(number(variable(name, dark)), number(variable(ground, dark))) >= LEAST_CONTRAST,
                    ground,
                );
        for (const ground of ['term-ground', 'term-hover', 'line-target'])
            assert.ok(
                contrast(number(variable('term-faint', dark)), number(variable(ground, dark))) >= LEAST_CONTRAST,
                ground,
            );
    });
}

test('a badge has the ground that it asks for', () => {
    const { color, background } = coloursOf(restyled(null, '48;2;0;128;255;97'), false);
    assert.equal(background, '#0080ff');
    assert.ok(contrast(number(color), 0x0080ff) >= LEAST_CONTRAST);
});

test('the plain style has the colours of the page', () => {
    assert.deepEqual(coloursOf({ fg: null, bg: null, faint: false, inverse: false }, true), {
        color: null,
        background: null,
    });
});

test('true colours that can be read are left alone', () => {
    assert.equal(coloursOf(restyled(null, '38;2;80;0;0'), false).color, '#500000');
    assert.equal(coloursOf(restyled(null, '38;2;255;200;0'), true).color, '#ffc800');
});

test('the colours that the style sheets set are those that are reckoned with', () => {
    const inverse = (dark) => coloursOf({ fg: null, bg: null, faint: false, inverse: true }, dark).background;
    assert.equal(inverse(false), variable('term-text', false));
    assert.equal(inverse(true), variable('term-text', true));
});
