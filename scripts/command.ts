import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Outcome {
  passed: boolean
  /** What it wrote, errors after output. */
  output: string
  tookMs: number
}

/** Runs a program without a shell and waits for its end; a program that cannot be started has failed. */
export async function command([program, ...args]: readonly [string, ...string[]], env = process.env): Promise<Outcome> {
  const startedAt = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${code ?? signal}`))
  })
  const [output, errors, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return {
    passed: failure === undefined,
    output: [output, errors, failure && `${program}: ${failure}`].filter(Boolean).join('\n'),
    tookMs: performance.now() - startedAt,
  }
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
