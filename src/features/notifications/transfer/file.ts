import { Document, isScalar, LineCounter, parseDocument, visit, type ParsedNode } from 'yaml'
import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { PolicyInput } from '../policies/contract.ts'
import { routeFields, routeTree, Routing } from '../routing/contract.ts'
import { SilenceInput } from '../silences/contract.ts'
import type { Problem } from './contract.ts'

const { policy_id: _, ...others } = routeFields

/** The tree of routes, with the names of policies in place of their ids. */
const WrittenRouting = Routing.extend({
  route: routeTree({ ...others, policy: z.string().min(1).max(200).optional() }),
})
export type WrittenRouting = z.output<typeof WrittenRouting>
export interface WrittenRoute extends z.output<z.ZodObject<typeof others>> {
  policy?: string | undefined
  routes?: WrittenRoute[] | undefined
}

/** Channels and policies have their names where they have ids elsewhere. */
export interface Written {
  policies: { policy: PolicyInput; path: Path }[]
  routing: WrittenRouting | undefined
  silences: { silence: SilenceInput; path: Path }[]
}

export type Path = readonly (string | number)[]

export interface Read extends Written {
  problems: Problem[]
  /** `line 7: policies.0.steps` */
  whereOf: (path: Path) => string
}

const itemsMax = 1_000
const list = z.array(z.unknown()).max(itemsMax).nullish()

/** Rules may stand in the same file: who reads them lets this be, and the other way round. */
const file = z.strictObject({
  policies: list,
  routing: z.unknown().optional(),
  silences: list,
  rules: z.unknown().optional(),
  groups: z.unknown().optional(),
})

/** What the file says, and what of it is not understood. @throws AppError VALIDATION_FAILED where it is no YAML */
export function fileOf(text: string): Read {
  const { content, whereOf } = contentOf(text)
  const problems: Problem[] = []
  const read = <S extends z.ZodType>(schema: S, path: Path, given: unknown): z.output<S>[] => {
    const parsed = schema.safeParse(given)
    if (parsed.success) return [parsed.data]
    for (const issue of parsed.error.issues)
      problems.push({ where: whereOf([...path, ...issue.path.map(stepOf)]), message: issue.message })
    return []
  }
  const [found] = read(file, [], content)
  const policies = (found?.policies ?? []).flatMap((given, index) => {
    const path = ['policies', index]
    return read(PolicyInput, path, given).map((policy) => ({ policy, path }))
  })
  const silences = (found?.silences ?? []).flatMap((given, index) => {
    const path = ['silences', index]
    return read(SilenceInput, path, given).map((silence) => ({ silence, path }))
  })
  const given = found?.routing ?? undefined
  const [routing] = given === undefined ? [] : read(WrittenRouting, ['routing'], given)
  return { policies, silences, routing, problems, whereOf }
}

const stepOf = (step: PropertyKey): string | number => (typeof step === 'number' ? step : String(step))

function contentOf(text: string): { content: unknown; whereOf: Read['whereOf'] } {
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, { lineCounter: lines })
    const [error] = document.errors
    if (error) throw error
    const whereOf = (path: Path): string => `line ${lineOf(document, lines, path)}: ${path.join('.') || 'file'}`
    return { content: document.toJS({ maxAliasCount: 100 }) ?? {}, whereOf }
  } catch (error) {
    throw new AppError('VALIDATION_FAILED', `This is no YAML: ${error instanceof Error ? error.message : ''}`, {
      field: 'yaml',
    })
  }
}

/** Of what stands at the path, or of the innermost part of it that is there. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as ParsedNode | undefined
    if (node?.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** Matchers, and lists of names, stand on one line each. */
export function textOf(content: object): string {
  const document = new Document(content)
  visit(document, {
    Map: (_, node) => {
      if (node.has('op') || node.has('from')) node.flow = true
      // A bare `=` is something else to older parsers.
      const op = node.get('op', true)
      if (isScalar(op)) op.type = 'QUOTE_DOUBLE'
    },
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true
    },
  })
  return document.toString({ lineWidth: 120 })
}
