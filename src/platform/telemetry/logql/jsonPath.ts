/**
 * The steps of `servers[0].name` or `headers["User-Agent"]`: names of fields and positions in arrays.
 * @throws SyntaxError, saying where
 */
export function jsonPath(expression: string): (string | number)[] {
  const steps: (string | number)[] = []
  const step = /(\.?)([a-zA-Z_][\w-]*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y
  while (step.lastIndex < expression.length) {
    const at = step.lastIndex
    const found = step.exec(expression)
    const isField = found?.[2] !== undefined
    if (!found || (isField && (found[1] === '.') !== at > 0)) {
      throw new SyntaxError(
        `cannot parse expression [${expression}]: syntax error at ${JSON.stringify(expression.slice(at, at + 10))}`,
      )
    }
    if (isField) steps.push(found[2]!)
    else if (found[3] !== undefined) steps.push(Number(found[3]))
    else steps.push(found[4]!.replaceAll(/\\(.)/gs, '$1'))
  }
  if (steps.length === 0) throw new SyntaxError('cannot parse expression []: syntax error: unexpected end')
  return steps
}
