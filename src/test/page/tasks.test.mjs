/** The list's filter. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../../main/resources/page/api.js';
import { TaskFilter } from '../../main/resources/page/task-filter.js';

const BUILD = { id: 'b-17', title: 'Build of Shop', labels: { branch: 'main', 'build-type': 'Nightly' } };

test('tasks are found by words of the title, the id and the labels', () => {
    for (const text of ['', ' ', 'shop', 'b-17', 'BUILD shop', 'branch:main', 'branch:ma', 'nightly shop', 'type:n'])
        assert.equal(new TaskFilter(text).matches(BUILD), true, text);
    for (const text of ['ship', 'branch:dev', 'shop dev', 'main:branch'])
        assert.equal(new TaskFilter(text).matches(BUILD), false, text);
    assert.equal(new TaskFilter('b-18').matches({ id: 'b-18', title: null, labels: null }), true);
});

test('the server is asked for labels that tasks have', () => {
    const known = ['branch:main', 'build-type:Nightly'];
    assert.deepEqual(new TaskFilter('shop BRANCH:main').labels(known), ['branch:main']);
    assert.deepEqual(new TaskFilter('branch:ma').labels(known), []);
    assert.deepEqual(new TaskFilter('build-type:nightly branch:main').labels(known), known);
});

test('a query may have a name several times', () => {
    const query = { status: null, label: ['a:b', 'c:d'], limit: 50 };
    assert.equal(address('tasks', query), 'http://localhost/tasks?label=a%3Ab&label=c%3Ad&limit=50');
    assert.equal(address('tasks', { label: [] }), 'http://localhost/tasks');
});
