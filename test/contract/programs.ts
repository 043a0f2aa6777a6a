import { execFile } from 'node:child_process'
import { main } from '../support/main.ts'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

const deadlineMs = 60_000
/** The description of the whole API is more than the mebibyte that Node takes by itself. */
const maxBuffer = 16 * 1024 * 1024

const run = (
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(program, args, { ...options, timeout: deadlineMs, maxBuffer }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    )
  })

/** The `miktos` program in `cwd`, with nothing in its environment but `env`. */
export const miktos = (
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Outcome> => run(process.execPath, [main, ...args], { cwd, env: { PATH: process.env['PATH'], ...env } })

interface CurlReply {
  status: number
  contentType: string
  body: string
}

/** Runs curl with the arguments as a person would write them. */
export async function curl(...args: string[]): Promise<CurlReply> {
  const { stdout, stderr, code } = await run('curl', ['-sS', '-w', '\n%{http_code} %{content_type}', ...args])
  if (code !== 0) throw new Error(`curl ${args.join(' ')}: ${stderr}`)
  const cut = stdout.lastIndexOf('\n')
  const [status = '', contentType = ''] = stdout.slice(cut + 1).split(/ (.*)/s)
  return { status: Number(status), contentType, body: stdout.slice(0, cut) }
}
