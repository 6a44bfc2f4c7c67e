/** What tests of the page's modules have in common. */

import { runsOf } from '../../main/resources/page/terminal-row.js';
import { TRUE_COLOUR } from '../../main/resources/page/sgr.js';
import { Lines } from '../../main/resources/page/lines.js';

/** Lines that have got texts, one event each, as the stream brings them. */
export function linesOf(...texts) {
    const lines = new Lines();
    texts.forEach((text, index) => publish(lines, text, index + 1));
    lines.settle();
    return lines;
}

export function publish(lines, text, sequence = 1) {
    publishData(lines, JSON.stringify({ type: 'message_delta', text }), sequence);
}

export function publishData(lines, data, sequence = 1) {
    lines.addEvent({ id: `e-${sequence}`, data, at: 0, replayed: false });
}

/** What is shown: the text of each line. */
export function shown(lines) {
    const texts = [];
    for (let number = lines.start; number < lines.end; number++) texts.push(lines.line(number).text);
    return texts;
}

/** What is shown with its styles, as in `<bold fg=1>text</>`. */
export function styled(lines) {
    const texts = [];
    for (let number = lines.start; number < lines.end; number++) {
        const { text, parts } = lines.line(number);
        texts.push(
            runsOf(text, parts)
                .map((run) => (run.style ? `<${nameOf(run.style)}>${run.text}</>` : run.text))
                .join(''),
        );
    }
    return texts;
}

function nameOf(style) {
    return Object.entries(style)
        .filter(([, value]) => value !== null && value !== false && value !== 0)
        .map(([name, value]) => (value === true ? name : `${name}=${value >= TRUE_COLOUR ? hex(value) : value}`))
        .join(' ');
}

function hex(colour) {
    return `#${(colour - TRUE_COLOUR).toString(16).padStart(6, '0')}`;
}
