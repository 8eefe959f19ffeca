import test from 'node:test'
import assert from 'node:assert/strict'
import { catalogue, compare, counts, verdicts } from './score.mjs'

const tests = catalogue([{
  id: 'group',
  tests: [
    { id: 'base' },
    { id: 'above', kind: 'optimal', depends_on: ['base'] },
    { id: 'top', kind: 'check', depends_on: ['above'] },
    { id: 'ring', depends_on: ['ring'] }
  ]
}])
const fail = ['Assertion', 'status is 500, not 200']

test('a verdict', async t => {
  for (const [situation, results, want] of [
    ['passes when the result is true', { base: true }, { base: 'pass' }],
    ['is fail for an assertion', { base: fail }, { base: 'fail' }],
    ['is setup when the scene could not be set', { base: ['Setup', 'status'] }, { base: 'setup' }],
    ['is retry when the origin was asked twice', { base: ['Setup', 'retry'] }, { base: 'retry' }],
    ['is timeout when the request was given up', { base: ['AbortError', ''] }, { base: 'timeout' }],
    ['is void without its dependency, however far away', { base: fail, above: true, top: true }, { base: 'fail', above: 'dependency', top: 'dependency' }],
    ['is void when its dependency did not run', { above: true }, { above: 'dependency' }],
    ['is void in a circle', { ring: true }, { ring: 'dependency' }],
    ['is not given for unknown tests', { other: true }, {}]
  ]) {
    await t.test(situation, () => assert.deepEqual(Object.fromEntries(verdicts(tests, results)), want))
  }
})

test('counts are by kind, of the tests that ran', () => {
  const v = verdicts(tests, { base: true, above: fail })
  assert.deepEqual(counts(tests, v), { required: { passed: 1, of: 1 }, optimal: { passed: 0, of: 1 }, check: { passed: 0, of: 0 } })
})

test('a run is compared with what was and what is explained', async t => {
  for (const [situation, results, baseline, departures, want] of [
    ['nothing changed', { base: true, above: fail }, ['base'], { above: 'why' }, { lost: [], unexplained: [], gained: [] }],
    ['a test no longer passes', { base: fail }, ['base'], { base: 'why' }, { lost: ['base'], unexplained: [], gained: [] }],
    ['a test of the baseline did not run', {}, ['base'], {}, { lost: ['base'], unexplained: [], gained: [] }],
    ['a failure has no reason', { base: true, above: fail }, ['base'], {}, { lost: [], unexplained: ['above'], gained: [] }],
    ['a question answered with no needs none', { base: true, above: true, top: fail }, ['base', 'above'], {}, { lost: [], unexplained: [], gained: [] }],
    ['a departure passes after all', { base: true }, ['base'], { base: 'why' }, { lost: [], unexplained: [], gained: ['base'] }],
    ['a new test passes', { base: true }, [], {}, { lost: [], unexplained: [], gained: ['base'] }]
  ]) {
    await t.test(situation, () => assert.deepEqual(compare(tests, verdicts(tests, results), baseline, departures), want))
  }
})
