import { writeFileSync } from 'node:fs'
import { Features } from './features.ts'
import { loadModel } from './linear-model.ts'
import { FLAG_FROM, scoreWith, viewOf } from './score.ts'
import { folds, type Row, readRows } from './training/data.ts'
import { type Example, fit } from './training/fit.ts'

/*
 * Trains the linear model of the guard, or measures the whole guard by k-fold.
 *   node platform/src/llm/guard/train.ts FILE             writes weights.json
 *   node platform/src/llm/guard/train.ts --evaluate FILE  prints the table of docs/reference/guard.md
 * FILE has JSON lines {"set","label":"attack|benign","text"}. Its texts are not kept: weights are sums over
 * hashed pieces of words.
 */

const FOLDS = 10
/** How much a row of a set counts. Sets with many near-copies, or whose attacks read as questions, less. */
const SET_WEIGHT: Readonly<Record<string, number>> = {
  'tensortrust-hijack': 0.4,
  'cyberseceval-en': 0.25,
}
const BENIGN_WEIGHT = 1.5

const features = new Features()

function exampleOf(row: Row): Example {
  features.read(viewOf(row.text))
  return {
    features: [...features.buckets.subarray(0, features.size)],
    attack: row.attack,
    weight: (SET_WEIGHT[row.set] ?? 1) * (row.attack ? 1 : BENIGN_WEIGHT),
  }
}

type Count = { flagged: number; ruled: number; total: number; attack: boolean }

function evaluate(rows: readonly Row[], showErrors: boolean): Map<string, Count> {
  const examples = rows.map(exampleOf)
  const foldOf = folds(rows, FOLDS)
  const counts = new Map<string, Count>()
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = loadModel(fit(examples.filter((_, index) => foldOf[index] !== fold)))
    for (const [index, row] of rows.entries()) {
      if (foldOf[index] !== fold) continue
      const key = `${row.set} ${row.attack ? 'attack' : 'benign'}`
      const count = counts.get(key) ?? { flagged: 0, ruled: 0, total: 0, attack: row.attack }
      counts.set(key, count)
      const { score, reasons } = scoreWith(model, row.text)
      count.total++
      if (score >= FLAG_FROM) count.flagged++
      if (scoreWith(undefined, row.text).score >= FLAG_FROM) count.ruled++
      if (showErrors && score >= FLAG_FROM !== row.attack) {
        console.log(
          `${key}\t${score}\t${reasons.join(', ')}\t${row.text.slice(0, 200).replaceAll('\n', ' ')}`,
        )
      }
    }
  }
  return counts
}

function table(counts: ReadonlyMap<string, Count>): string {
  const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`
  const lines = [...counts].map(
    ([key, { flagged, ruled, total, attack }]) =>
      `| ${key} | ${total} | ${attack ? percent(flagged, total) : ''} | ${attack ? '' : percent(flagged, total)} | ${percent(ruled, total)} |`,
  )
  return [
    '| set | n | recall | false positives | rules alone |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const [file] = files
if (file === undefined || files.length !== 1) {
  console.error('Usage: node platform/src/llm/guard/train.ts [--evaluate [--errors]] FILE')
  process.exitCode = 2
} else if (process.argv.includes('--evaluate')) {
  console.log(table(evaluate(readRows(file), process.argv.includes('--errors'))))
} else {
  const model = fit(readRows(file).map(exampleOf))
  const target = new URL('weights.json', import.meta.url)
  writeFileSync(target, `${JSON.stringify(model, null, 2)}\n`)
  console.log(`Wrote ${target.pathname}: ${model.weights.length} characters of base64`)
}
