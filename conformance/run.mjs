// Runs the public HTTP cache test suite against larder proxy, in about half a
// minute:
//
//   node conformance/run.mjs                compare with the baseline
//   node conformance/run.mjs --update       write what passes now as the baseline
//   node conformance/run.mjs --only ID      one test, with its whole dialogue
//   node conformance/run.mjs --list         also every test that does not pass
//
// It exits with 1 if a test of baseline.json no longer passes, or if one that
// is required or optimal fails and departures.json does not say why.
import { parseArgs } from 'node:util'
import { readFile, writeFile } from 'node:fs/promises'
import { catalogue, compare, counts, KINDS, verdicts } from './score.mjs'
import { Suite } from './suite.mjs'

const here = new URL('.', import.meta.url)
const { values: options } = parseArgs({
  options: { update: { type: 'boolean' }, only: { type: 'string' }, list: { type: 'boolean' } }
})

const suite = await Suite.install(here)
if (options.only !== undefined) {
  console.log(await suite.dialogue(options.only))
} else {
  await runAll()
}

async function runAll () {
  const tests = catalogue(await suite.tests())
  let results = await suite.results()
  if (!options.update && failures(await judge(tests, results)) > 0) {
    console.log('conformance: once more, in case the machine was too busy')
    results = better(await suite.results(), results)
  }
  const got = verdicts(tests, results)
  report(tests, got)
  if (options.list) list(tests, got, results)
  if (options.update) {
    const passing = [...got.keys()].filter(id => got.get(id) === 'pass').sort()
    await writeFile(new URL('baseline.json', here), JSON.stringify(passing, null, 2) + '\n')
  }
  await gate(tests, got, results)
}

function report (tests, got) {
  const sums = counts(tests, got)
  for (const kind of KINDS) console.log(`conformance: ${kind} ${sums[kind].passed} of ${sums[kind].of}`)
}

function list (tests, got, results) {
  for (const [id, verdict] of got) {
    if (verdict !== 'pass') console.log(`${tests.get(id).kind}\t${id}\t${verdict}\t${results[id]}`)
  }
}

// better takes each test's result from the run that it passed in: lifetimes are
// seconds here, which a machine with much to do can miss, but not by chance meet.
function better (one, other) {
  return Object.fromEntries(Object.keys(one).map(id => [id, one[id] === true ? true : other[id]]))
}

async function judge (tests, results) {
  return compare(tests, verdicts(tests, results), await json('baseline.json'), await json('departures.json'))
}

function failures (outcome) {
  return outcome.lost.length + outcome.unexplained.length
}

async function gate (tests, got, results) {
  const outcome = await judge(tests, results)
  for (const id of outcome.lost) console.error(`FAIL ${id} passed before: ${got.get(id)}, ${results[id]}`)
  for (const id of outcome.unexplained) console.error(`FAIL ${id} has no reason in departures.json: ${got.get(id)}, ${results[id]}`)
  if (outcome.gained.length > 0) console.log(`passes now, put it down with --update and in departures.json: ${outcome.gained.join(' ')}`)
  if (failures(outcome) > 0) process.exitCode = 1
  else console.log('ok conformance')
}

async function json (name) {
  return JSON.parse(await readFile(new URL(name, here), 'utf8'))
}
