import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { persist } from '../deliver.ts'
import { saveJson } from '../saveJson.ts'
import { idle, type Part } from '../part.ts'
import { followContainer } from './follow.ts'
import { loadDockerState, type DockerPosition } from './state.ts'
import { registerContainers } from './stats.ts'

const lookEveryMs = 2 * secondMs
const containersMax = 200

/** The client brings ssh, gRPC and more along; where there is no engine, nobody waits for them at the start. */
async function engineAt(socketPath: string): Promise<Docker> {
  const { default: Engine } = await import('dockerode')
  return new Engine({ socketPath })
}

/** The logs and figures of containers, where there is a Docker engine. */
export function createContainers(): Part {
  const view = idle('docker', 'docker')
  let isThere = (): boolean => false
  return {
    view: () => (isThere() ? view : undefined),
    start: async (platform) => {
      const socketPath = platform.config.get('docker_socket')
      view.enabled = platform.config.get('logs_docker')
      isThere = () => existsSync(socketPath)
      if (isThere()) registerContainers(platform.metrics.registry, await engineAt(socketPath))
      return view.enabled ? collect(platform, socketPath, view) : () => undefined
    },
  }
}

async function collect(
  { config, telemetry, now, log: parent }: Platform,
  socketPath: string,
  view: ReturnType<typeof idle>,
): Promise<Stop> {
  const log = parent.child({ component: 'docker' })
  let opened: Promise<Docker> | undefined
  const engine = (): Promise<Docker> => (opened ??= engineAt(socketPath))
  const statePath = join(config.get('data_dir'), 'collection', 'docker.json')
  const state = await loadDockerState(statePath, now())
  const ending = new AbortController()
  const { signal } = ending
  const following = new Map<string, Promise<void>>()
  const problems = new Map<string, string>()
  let dirty = true
  const ownLogIsStored = config.get('logs_own')

  const tell = (error: unknown): string => (error instanceof Error ? error.message : String(error))
  const positionOf = (id: string): DockerPosition => state.containers[id] ?? { ns: state.since_ns, same: 0 }

  const deliver: Parameters<typeof followContainer>[0]['deliver'] = async (batch) => {
    await persist(() => telemetry.logs.append(batch, 'docker'), {
      signal,
      onFailing: (error) => {
        view.last_error = tell(error)
        log.warn({ err: error }, 'lines of containers are not stored and wait')
      },
    })
    view.last_error = null
  }

  const follow = (docker: Docker, id: string): void => {
    if (following.has(id) || following.size >= containersMax) return
    const work = followContainer({
      docker,
      id,
      from: positionOf(id),
      signal,
      deliver,
      onStored: (position, lines) => {
        state.containers[id] = position
        view.lines_read += lines
        dirty = true
      },
    })
      .then(() => void problems.delete(id))
      .catch((error: unknown) => {
        if (signal.aborted) return
        if (problems.get(id) !== tell(error)) log.warn({ container: id, err: error }, 'a container is not read')
        problems.set(id, tell(error))
      })
      .finally(() => following.delete(id))
    following.set(id, work)
  }

  /** Those that run, and those that ended while nobody looked and are known. */
  const look = async (): Promise<void> => {
    const docker = await engine()
    const all = await docker.listContainers({ all: true, abortSignal: signal })
    const ids = new Set(all.map(({ Id }) => Id))
    for (const { Id, State, Created } of all) {
      const isOwn = ownLogIsStored && Id.startsWith(hostname())
      const isFresh = BigInt(Created) * 1_000_000_000n > BigInt(state.since_ns)
      if (!isOwn && (State === 'running' || (!finished.has(Id) && (Id in state.containers || isFresh))))
        follow(docker, Id)
      if (State !== 'running') finished.add(Id)
      else finished.delete(Id)
    }
    for (const id of [...Object.keys(state.containers), ...problems.keys(), ...finished])
      if (!ids.has(id) && !following.has(id)) forget(id)
    view.items = all
      .filter(({ Id }) => following.has(Id))
      .map(({ Id, Names }) => ({
        name: Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12),
        position: new Date(Number(BigInt(positionOf(Id).ns) / 1_000_000n)).toISOString(),
        size_bytes: null,
      }))
    view.items_found = view.items.length
    view.problems = [...problems].map(([id, problem]) => ({ name: id.slice(0, 12), problem }))
  }

  /** Ended containers whose log was read to its end. */
  const finished = new Set<string>()

  const forget = (id: string): void => {
    delete state.containers[id]
    problems.delete(id)
    finished.delete(id)
    dirty = true
  }

  const save = async (): Promise<void> => {
    if (!dirty) return
    dirty = false
    await saveJson(statePath, state).catch((error: unknown) => {
      dirty = true
      throw error
    })
  }

  /** Told by the engine at once, so that a container of a second is read too. */
  const watch = async (): Promise<void> => {
    const docker = await engine()
    const events = await docker.getEvents({ filters: { type: ['container'], event: ['start'] }, abortSignal: signal })
    let rest = ''
    for await (const chunk of events) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop()!
      for (const line of lines.filter((text) => text !== '')) follow(docker, (JSON.parse(line) as { id: string }).id)
    }
  }

  const repeat = async (work: () => Promise<void>): Promise<void> => {
    let told = ''
    while (!signal.aborted) {
      if (existsSync(socketPath))
        await work().then(
          () => (told = ''),
          (error: unknown) => {
            if (signal.aborted || told === tell(error)) return
            told = tell(error)
            view.last_error = told
            log.warn({ err: error }, 'the Docker engine does not answer')
          },
        )
      await delay(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  await save()
  const running = [repeat(() => look().then(save)), repeat(watch)]
  return async () => {
    ending.abort()
    await Promise.all([...running, ...following.values()])
    await save()
  }
}
