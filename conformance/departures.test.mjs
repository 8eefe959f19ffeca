import test from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

const read = name => readFile(new URL(name, import.meta.url), 'utf8')
const departures = JSON.parse(await read('departures.json'))

test('each departure stands in the documentation', async () => {
  const doc = await read('../docs/conformance.md')
  assert.deepEqual(Object.keys(departures).filter(id => !doc.includes('`' + id + '`')), [])
})

test('no departure is in the baseline', async () => {
  const baseline = JSON.parse(await read('baseline.json'))
  assert.deepEqual(Object.keys(departures).filter(id => baseline.includes(id)), [])
})
