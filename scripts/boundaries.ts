// Who may import whom: kernel <- platform <- features <- server, cli; kernel <- agent; kernel <- console.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'

interface Import {
  /** Path below src, or the package as written. */
  target: string
  typeOnly: boolean
}

interface Zone {
  name: string
  holds: RegExp
  mayImport: RegExp
}

const somePackage = /^(?!node:|kernel\/|platform\/|features\/|console\/|agent\/|cli\/|server\/|\.\.)/
const any = (...patterns: RegExp[]): RegExp => new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'))

/** First match wins. */
const zones: Zone[] = [
  { name: 'kernel', holds: /^kernel\//, mayImport: /^(kernel\/|zod$|uuid$)/ },
  {
    name: 'console',
    holds: /^(console\/|features\/[^/]+\/console\/)/,
    mayImport: any(/^(kernel\/|console\/)/, /^features\/[^/]+\/console\//, somePackage),
  },
  { name: 'agent', holds: /^agent\//, mayImport: any(/^(kernel\/|agent\/|node:)/, somePackage) },
  { name: 'platform', holds: /^platform\//, mayImport: any(/^(kernel\/|platform\/|node:)/, somePackage) },
  { name: 'features', holds: /^features\//, mayImport: any(/^(kernel\/|platform\/|features\/|node:)/, somePackage) },
  {
    name: 'server and cli',
    holds: /^(server|cli)\//,
    mayImport: any(/^(kernel\/|platform\/|features\/|server\/|cli\/|node:)/, somePackage),
  },
]

const isScreen = (path: string): boolean => /^features\/[^/]+\/console\//.test(path)
const isContract = (path: string): boolean => /^features\/[^/]+\/contract\.ts$/.test(path)
const isDoor = (path: string): boolean => /^features\/[^/]+\/(index|contract|console\/index)\.ts$/.test(path)
const featureOf = (path: string): string | undefined => /^features\/([^/]+)\//.exec(path)?.[1]

function broken(file: string, { target, typeOnly }: Import): string | undefined {
  const zone = zones.find(({ holds }) => holds.test(file))
  if (!zone) return undefined
  const own = featureOf(file)
  const other = featureOf(target)
  if (zone.name === 'console' && isContract(target)) {
    return typeOnly ? undefined : `needs \`import type\` for ${target}`
  }
  if (!zone.mayImport.test(target)) return `(${zone.name}) may not import ${target}`
  if (zone.name !== 'console' && isScreen(target)) return `may not import the screen ${target}`
  if (own && other && own !== other && !isDoor(target)) {
    return `reaches into another feature: ${target}; import its index.ts or contract.ts`
  }
  return undefined
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join('src', file), 'utf8')
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName, pos }) => ({
    target: resolve(file, fileName),
    typeOnly: isTypeOnly(source.slice(0, pos)),
  }))
}

/** `#kernel/x.ts` and `../x.ts` both become a path below src; packages stay as written. */
function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1)
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier
}

function isTypeOnly(before: string): boolean {
  const statement = [...before.matchAll(/^(?:import|export)\b/gm)].at(-1)
  return statement !== undefined && /^(?:import|export)\s+type\b/.test(before.slice(statement.index))
}

/** The first way round found, `a -> b -> a`, from each feature that lies on one. */
function cycles(edges: Map<string, Set<string>>): string[] {
  const wayBack = (start: string, at: string, seen: Set<string>): string[] | undefined => {
    for (const next of edges.get(at) ?? []) {
      if (next === start) return [at, start]
      if (seen.has(next)) continue
      const rest = wayBack(start, next, seen.add(next))
      if (rest) return [at, ...rest]
    }
    return undefined
  }
  return [...edges.keys()].flatMap((start) => wayBack(start, start, new Set())?.join(' -> ') ?? [])
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !/(\.test|\/conformance)\.tsx?$/.test(file),
)
const problems: string[] = []
const edges = new Map<string, Set<string>>()
for (const file of files) {
  if (!zones.some(({ holds }) => holds.test(file))) problems.push(`src/${file} is in no zone`)
  for (const imported of importsOf(file)) {
    const problem = broken(file, imported)
    if (problem) problems.push(`src/${file} ${problem}`)
    const own = featureOf(file)
    const other = featureOf(imported.target)
    if (own && other && own !== other) edges.set(own, (edges.get(own) ?? new Set()).add(other))
  }
}
problems.push(...cycles(edges).map((cycle) => `features import each other in a circle: ${cycle}`))

for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
