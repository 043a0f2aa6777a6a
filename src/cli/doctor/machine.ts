import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { mkdtemp, rmdir, statfs } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { memory, percentOf } from '#platform/metrics/machine.ts'
import { packageDir } from '#platform/package.ts'
import { sizeText } from '../size.ts'
import { fail, ok, warn, type Finding, type Patient } from './finding.ts'

const nodeMajorMin = 24

export function nodeVersion(): Finding {
  const { node } = process.versions
  const isNewEnough = Number(node.split('.')[0]) >= nodeMajorMin
  return isNewEnough
    ? ok('node', `Node ${node}`)
    : fail('node', `Node ${node}`, `Miktos needs Node ${nodeMajorMin} or later`)
}

export function consolePages(): Finding {
  const built = existsSync(join(packageDir, 'dist/console/index.html'))
  return built
    ? ok('console', 'The console is built')
    : warn('console', 'The console is not built; only the API is served', 'npm run build')
}

const freeBytesMin = 100 * 1024 ** 2
const freeBytesLow = 1024 ** 3

export async function dataFolder({ config }: Patient): Promise<Finding> {
  const folder = config.get('data_dir')
  if (!existsSync(folder)) return warn('data folder', `${folder} does not exist`, '`miktos serve` makes it')
  const probe = await mkdtemp(join(folder, '.doctor-')).catch((error: NodeJS.ErrnoException) => error)
  if (probe instanceof Error)
    return fail(
      'data folder',
      `${folder} cannot be written: ${probe.code}`,
      `Give it to the user that runs Miktos: chown -R USER ${folder}`,
    )
  await rmdir(probe)
  if ((statSync(folder).mode & 0o077) !== 0) {
    return warn(
      'data folder',
      `${folder} can be entered by others, and the database in it be read`,
      `chmod 700 ${folder}`,
    )
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${folder}, ${sizeText(free)} free`
  if (free < freeBytesMin) return fail('data folder', detail, 'Make room on this disk; writes fail when it is full')
  return free < freeBytesLow ? warn('data folder', detail, 'Make room on this disk') : ok('data folder', detail)
}

export function secretKey({ config }: Patient): Finding {
  if (config.get('secret_key') !== undefined) return ok('secret key', 'Given by the setting secret_key')
  const file = join(config.get('data_dir'), 'secret.key')
  if (!existsSync(file))
    return warn(
      'secret key',
      `${file} does not exist`,
      '`miktos serve` makes it; if this installation had one, restore it from a backup',
    )
  const { mode, uid } = statSync(file)
  const permissions = (mode & 0o777).toString(8).padStart(4, '0')
  if ((mode & 0o077) !== 0)
    return fail('secret key', `${file} can be read by others (${permissions})`, `chmod 600 ${file}`)
  const user = process.getuid?.() ?? 0
  return user === 0 || user === uid
    ? ok('secret key', `${file} (${permissions})`)
    : fail('secret key', `${file} belongs to another user`, `chown ${user} ${file}`)
}

export function logFile({ config }: Patient): Finding {
  const file = config.get('log_file')
  const destination = config.get('log_destination')
  if (file === undefined || destination === 'console') return ok('log', 'Lines go to the console')
  const place = existsSync(file) ? file : dirname(file)
  try {
    accessSync(place, constants.W_OK)
    return ok('log', `Lines go to ${file}`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return fail('log', `${place} cannot be written: ${code}`, 'Create the directory, or set log_file to another')
  }
}

export function resources({ config }: Patient): Finding[] {
  const { usedBytes, totalBytes } = memory()
  const memoryPercent = Math.round(percentOf(usedBytes, totalBytes))
  const memoryMax = config.get('health_memory_percent_max')
  const processors = availableParallelism()
  const load = loadavg()[1] ?? 0
  const loadText = `Load ${load.toFixed(1)} over 5 minutes on ${processors} processors`
  return [
    memoryPercent > memoryMax
      ? warn(
          'memory',
          `${memoryPercent} % of ${sizeText(totalBytes)} in use`,
          '`miktos processes` shows the share of each server; a share that only grows is a leak worth reporting',
        )
      : ok('memory', `${memoryPercent} % of ${sizeText(totalBytes)} in use`),
    load > 2 * processors
      ? warn('load', loadText, 'Something else keeps this machine busy; `top` shows what')
      : ok('load', loadText),
  ]
}
