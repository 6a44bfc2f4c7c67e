/** Which lines are errors and warnings, and how a reader goes from one to the next. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, Faults } from '../../main/resources/page/faults.js';
import { Lines } from '../../main/resources/page/lines.js';
import { linesOf, publish, publishData } from './support.mjs';

const ERRORS = [
    // GitHub Actions, as a command and as its log has it
    '::error file=app.js,line=1,col=5::Missing semicolon',
    '::error::it broke',
    '##[error]Process completed with exit code 1.',
    '2026-03-01T10:11:12.1234567Z ##[error]Process completed with exit code 2.',
    // Maven, Gradle, sbt
    '[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.13.0:compile',
    '[ERROR] /src/App.java:[12,34] cannot find symbol',
    '[ERROR] Tests run: 7, Failures: 1, Errors: 0, Skipped: 0',
    '[error] Main.scala:3:5: not found: value foo',
    '> Task :compileJava FAILED',
    'FAILURE: Build failed with an exception.',
    // compilers
    'main.c:3:5: error: expected declaration',
    'main.c:3: error: expected declaration',
    'src/lib/x.h:10:2: fatal error: missing.h: No such file or directory',
    'C:\\src\\main.c:3:5: error: expected declaration',
    'App.java:12: error: cannot find symbol',
    'src/a.ts(1,2): error TS2304: Cannot find name',
    'src/a.ts:1:2 - error TS2304: Cannot find name',
    'Program.cs(10,5): error CS0103: The name does not exist [/src/app.csproj]',
    'error[E0308]: mismatched types',
    'error: could not compile `app` (bin "app") due to 1 previous error',
    'error: no such file',
    'collect2: error: ld returned 1 exit status',
    'make: *** [Makefile:2: all] Error 1',
    'make[2]: *** [all] Error 2',
    // npm, node, others
    'npm ERR! code ELIFECYCLE',
    'npm error code ENOENT',
    'Error: Cannot find module "x"',
    'ERROR: No matching distribution found for nothing',
    'fatal: not a git repository',
    // pytest, cargo, go
    'E       assert 1 == 2',
    'E   ModuleNotFoundError: No module named "x"',
    'FAILED tests/test_a.py::test_one - assert 1 == 2',
    'ERROR tests/test_a.py::test_two - RuntimeError',
    'ERROR tests/test_a.py',
    'tests/test_a.py::test_one FAILED                     [ 50%]',
    'test tests::adds ... FAILED',
    '--- FAIL: TestAdd (0.00s)',
    '    --- FAIL: TestAdd/sub (0.00s)',
    // within GitLab's logs with times, and docker build
    '2024-05-22T12:43:46.962646Z 00O ERROR: Job failed: exit code 1',
    '2024-05-22 12:43:46,962 error: it broke',
    '#12 3.456 main.c:3:5: error: expected declaration',
];

const WARNINGS = [
    '::warning file=app.js,line=1::Unused variable',
    '##[warning]Node.js 16 actions are deprecated.',
    '[WARNING] The POM for a:b:jar:1 is missing',
    '[WARN] deprecated',
    'main.c:3:5: warning: unused variable',
    'warning: unused variable: `x`',
    'warning[E0133]: call to unsafe function',
    'npm WARN deprecated har-validator@5.1.5',
    'npm warn deprecated har-validator@5.1.5',
];

const NEITHER = [
    '',
    '0 errors',
    '0 errors, 0 warnings',
    'errors: 0',
    'Errors: 0',
    'error: 0',
    'Error: none',
    'error:',
    '[ERROR] ',
    '[ERROR]',
    '[WARNING] ',
    '[ERROR] -> [Help 1]',
    '[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN/MojoFailureException',
    '[ERROR] See /build/target/surefire-reports for the individual test results.',
    '[ERROR] See dump files (if any exist) [date].dump, [date]-jvmRun[N].dump and [date].dumpstream.',
    '[ERROR] Re-run Maven using the -X switch to enable full debug logging.',
    '[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.',
    '[ERROR] For more information about the errors and possible solutions, please read the following articles:',
    '[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0',
    '[INFO] Downloaded error-prone-core-2.30.0.jar',
    '[INFO] com.google.errorprone:error_prone_core:jar:2.30.0: error-free',
    'Compiling error-chain v0.12.4',
    'test errors::are_handled ... ok',
    'PASSED tests/test_error.py::test_error',
    'tests/test_a.py::test_error PASSED                    [ 50%]',
    'the error is explained below',
    'see https://example.org/error: it says more',
    'An error: can be in a sentence',
    'grep "##[error]" build.log',
    'echo "::error::text"',
    'E2E tests begin',
    'Each line',
    'make: [clean] Error 1 (ignored)',
    'npm notice new version',
    'warnings: 0',
    '--- PASS: TestError (0.00s)',
    'const error = main.c:3',
    'FAILED to say what',
    'errorlevel: 3',
];

for (const [kind, texts] of [
    ['error', ERRORS],
    ['warning', WARNINGS],
    [null, NEITHER],
]) {
    for (const text of texts) test(`${text} is ${kind ?? 'neither'}`, () => assert.equal(faultOf(text), kind));
}

test('a long line is looked at in no time', () => {
    for (const part of ['a', ' ', ':', '1:', 'error', '(1', '::error ', '[ERROR'])
        assert.equal(faultOf(part.repeat(200_000)) === undefined, false);
});

function faultsOf(lines) {
    const faults = new Faults(lines);
    faults.take();
    return faults;
}

test('errors and warnings are counted, also errors that are items', () => {
    const lines = linesOf('error: a\nfine\nwarning: b\n');
    publishData(lines, '{"type":"error","message":"one\\ntwo"}', 2);
    publishData(lines, '{"type":"done","status":"failed","message":"error: over"}', 3);
    lines.settle();
    const faults = faultsOf(lines);
    assert.deepEqual([faults.count('error'), faults.count('warning')], [2, 1]);
    assert.deepEqual(
        [0, 1, 2, 3, 4].map((number) => faults.of(lines.line(number))),
        ['error', null, 'warning', 'error', null],
    );
});

test('an error of several lines counts once', () => {
    const lines = linesOf('npm error code 1\nnpm error\nnpm error path /x\nx\nE   assert 1 == 2\nE     +1\n\nE   other\n');
    const faults = faultsOf(lines);
    assert.equal(faults.count('error'), 3);
    assert.equal(faults.next('error', 0), 4);
    assert.equal(faults.of(lines.line(5)), 'error');
});

test('colours make no difference', () => {
    const lines = linesOf('[\u001b[1;31mERROR\u001b[m] broken\n');
    assert.equal(faultsOf(lines).count('error'), 1);
});

test('one goes to the next error and the one before, round and round', () => {
    const faults = faultsOf(linesOf('error: a\nx\nerror: b\nx\nwarning: w\nerror: c\n'));
    assert.equal(faults.first('error'), 0);
    assert.equal(faults.next('error', 0), 2);
    assert.equal(faults.next('error', 3), 5);
    assert.equal(faults.next('error', 5), 0);
    assert.equal(faults.previous('error', 2), 0);
    assert.equal(faults.previous('error', 1), 0);
    assert.equal(faults.previous('error', 0), 5);
    assert.equal(faults.next('warning', 4), 4);
    assert.deepEqual([0, 2, 5].map((line) => faults.indexOf('error', line)), [0, 1, 2]);
    assert.equal(faults.isBetween(1, 3), true);
    assert.equal(faults.isBetween(1, 2), false);
});

test('where there is none one goes nowhere', () => {
    const faults = faultsOf(linesOf('fine\n'));
    assert.deepEqual([faults.first('error'), faults.next('error', 0), faults.previous('error', 0)], [null, null, null]);
});

test('lines that change are judged again, and lines that were cut off are forgotten', () => {
    const lines = linesOf('error: a\nerror: b\n');
    const faults = faultsOf(lines);
    publish(lines, '\u001b[1A\u001b[2Kfine\nerror: c', 2);
    lines.settle();
    faults.take();
    assert.equal(faults.count('error'), 2);
    assert.equal(faults.next('error', 0), 2);

    const few = new Lines(300, 50);
    const kept = new Faults(few);
    for (let number = 0; number < 500; number++) {
        publish(few, 'error: x\n', number + 1);
        few.settle();
        kept.take();
    }
    assert.equal(kept.count('error'), few.size);
    assert.equal(kept.first('error'), few.start);
});
