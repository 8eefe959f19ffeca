// Scoring, as the suite's own website does it: a test counts only if every test
// it depends on has passed; what could not be set up says nothing about the
// cache.

export const KINDS = ['required', 'optimal', 'check']

// catalogue lists the tests of a suite by id.
export function catalogue (suite) {
  const tests = new Map()
  for (const group of suite) {
    for (const test of group.tests) {
      tests.set(test.id, { kind: test.kind ?? 'required', group: group.id, dependsOn: test.depends_on ?? [] })
    }
  }
  return tests
}

// verdicts gives each test that ran one of pass, fail, setup (the scene could
// not be set), retry (the origin was asked twice), timeout and dependency.
export function verdicts (tests, results) {
  const known = new Map()
  const verdict = id => {
    if (!known.has(id)) {
      known.set(id, 'dependency') // where a circle of dependencies would end
      known.set(id, judge(tests.get(id), results[id], verdict))
    }
    return known.get(id)
  }
  const ran = [...tests.keys()].filter(id => id in results)
  return new Map(ran.map(id => [id, verdict(id)]))
}

function judge (test, result, verdict) {
  if (test === undefined || result === undefined) return 'dependency'
  if (test.dependsOn.some(id => verdict(id) !== 'pass')) return 'dependency'
  if (result === true) return 'pass'
  if (result[0] === 'Setup') return result[1] === 'retry' ? 'retry' : 'setup'
  return result[0] === 'AbortError' ? 'timeout' : 'fail'
}

// counts says for each kind how many tests ran and how many passed.
export function counts (tests, verdicts) {
  const sums = Object.fromEntries(KINDS.map(kind => [kind, { passed: 0, of: 0 }]))
  for (const [id, verdict] of verdicts) {
    const sum = sums[tests.get(id).kind]
    sum.of++
    if (verdict === 'pass') sum.passed++
  }
  return sums
}

// compare finds what a run must be failed for: tests of the baseline that no
// longer pass, and required or optimal ones that neither pass nor are listed as
// departures. It also finds good news that the two files do not know yet.
export function compare (tests, verdicts, baseline, departures) {
  const passes = id => verdicts.get(id) === 'pass'
  const binding = [...verdicts.keys()].filter(id => tests.get(id).kind !== 'check')
  return {
    lost: baseline.filter(id => !passes(id)),
    unexplained: binding.filter(id => !passes(id) && !(id in departures)),
    gained: [...verdicts.keys()].filter(id => passes(id) && (!baseline.includes(id) || id in departures))
  }
}
