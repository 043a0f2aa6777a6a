const causesMax = 5

/** An error as plain data: `type`, `message`, `code`, `stack`, `cause`, and `errors` of an AggregateError. */
export function describeError(error: Error, causesLeft = causesMax): Record<string, unknown> {
  const code = 'code' in error ? error.code : undefined
  const details = 'details' in error ? error.details : undefined
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeCause(error.cause, causesLeft) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, causesMax).map((one) => describeCause(one, causesLeft)) }
      : {}),
  }
}

function describeCause(cause: unknown, causesLeft: number): unknown {
  if (!(cause instanceof Error)) return cause
  return causesLeft > 0 ? describeError(cause, causesLeft - 1) : cause.message
}
