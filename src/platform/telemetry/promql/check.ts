import type { Aggregation, Binary, Call, Expression, Unary, ValueType } from './ast.ts'
import { isComparison, isSetOperator } from './ast.ts'
import { parseError } from './errors.ts'
import { signatures, type FunctionSignature } from './functions.ts'

/** What the expression yields. It is taken to be well typed. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
    case 'aggregation':
      return 'instant vector'
    case 'range':
    case 'subquery':
      return 'range vector'
    case 'call':
      return signatures.get(expression.name)!.returns
    case 'unary':
    case 'parentheses':
      return typeOf(expression.inner)
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar' ? 'scalar' : 'instant vector'
  }
}

/** @throws AppError VALIDATION_FAILED with the position of the first part that does not fit */
export function checkTypes(expression: Expression, text: string): void {
  new Checker(text).check(expression)
}

class Checker {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  check(expression: Expression): ValueType {
    switch (expression.kind) {
      case 'call':
        return this.#call(expression)
      case 'aggregation':
        return this.#aggregation(expression)
      case 'binary':
        return this.#binary(expression)
      case 'unary':
        return this.#unary(expression)
      case 'parentheses':
        return this.check(expression.inner)
      case 'subquery': {
        const type = this.check(expression.inner)
        if (type !== 'instant vector')
          throw this.#error(expression, `subquery is only allowed on instant vector, got ${type} instead`)
        return 'range vector'
      }
      default:
        return typeOf(expression)
    }
  }

  #call(call: Call): ValueType {
    const signature = signatures.get(call.name)
    if (!signature) throw this.#error(call, `unknown function with name ${JSON.stringify(call.name)}`)
    this.#checkCount(call, signature)
    for (const [index, arg] of call.args.entries())
      this.#expect(
        arg,
        signature.args[index] ?? signature.args.at(-1)!,
        `call to function ${JSON.stringify(call.name)}`,
      )
    return signature.returns
  }

  #checkCount({ name, args, from }: Call, { args: wanted, optional }: FunctionSignature): void {
    const least = wanted.length - (optional === 'any' ? 1 : optional)
    const most = optional === 'any' ? Infinity : wanted.length
    if (args.length >= least && args.length <= most) return
    const bound = least === most ? '' : args.length < least ? 'at least ' : 'at most '
    const count = args.length < least ? least : most
    const message = `expected ${bound}${count} argument(s) in call to ${JSON.stringify(name)}, got ${args.length}`
    throw this.#error({ from }, message)
  }

  #aggregation({ name, parameter, inner }: Aggregation): ValueType {
    this.#expect(inner, 'instant vector', 'aggregation expression')
    if (parameter) this.#expect(parameter, name === 'count_values' ? 'string' : 'scalar', 'aggregation parameter')
    return 'instant vector'
  }

  #binary(binary: Binary): ValueType {
    const { op, left, right, bool, matching } = binary
    const types = [this.check(left), this.check(right)]
    if (bool && !isComparison(op)) throw this.#error(binary, 'bool modifier can only be used on comparison operators')
    const scalars = types.filter((type) => type === 'scalar').length
    if (scalars + types.filter((type) => type === 'instant vector').length < 2)
      throw this.#error(binary, 'binary expression must contain only scalar and instant vector types')
    if (scalars === 2 && isComparison(op) && !bool)
      throw this.#error(binary, 'comparisons between scalars must use BOOL modifier')
    if (scalars > 0 && matching.labels.length > 0)
      throw this.#error(binary, 'vector matching only allowed between instant vectors')
    if (scalars > 0 && isSetOperator(op))
      throw this.#error(binary, `set operator ${JSON.stringify(op)} not allowed in binary scalar expression`)
    return scalars === 2 ? 'scalar' : 'instant vector'
  }

  #unary(unary: Unary): ValueType {
    const type = this.check(unary.inner)
    if (type === 'scalar' || type === 'instant vector') return type
    const message = `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`
    throw this.#error(unary, message)
  }

  #expect(expression: Expression, wanted: ValueType, place: string): void {
    const type = this.check(expression)
    if (type !== wanted) throw this.#error(expression, `expected type ${wanted} in ${place}, got ${type}`)
  }

  #error({ from }: { from: number }, message: string) {
    return parseError(this.#text, from, message)
  }
}
