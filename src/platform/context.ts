import { newId } from '#kernel/id.ts'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import type { Permission } from '#kernel/permissions.ts'
import { appendAudit } from './audit/append.ts'
import type { ReadDb, Tx } from './database/database.ts'
import { maskSecrets } from './logging/redact.ts'
import type { Logger } from './logging/logging.ts'
import type { Platform } from './platform.ts'
import { deliver, enqueue, type DomainEvent } from './outbox.ts'

/** On whose behalf something is done. */
export interface Actor {
  kind: 'user' | 'api-key' | 'system' | 'anonymous'
  /** Id of the user (also for an API key: its owner); `anonymous`, `system` or `bootstrap` otherwise. */
  id: string
  label: string
  role: string | null
  /** Null for actors that are no users. */
  email: string | null
  mfaEnabled: boolean
  permissions: ReadonlySet<Permission>
  sessionId: string | null
  keyId: string | null
  /** When the person last proved who they are, ms; null where nobody did (keys, system). */
  authenticatedAt: number | null
}

export const anonymous: Actor = {
  kind: 'anonymous',
  id: 'anonymous',
  label: 'anonymous',
  role: null,
  email: null,
  mfaEnabled: false,
  permissions: new Set(),
  sessionId: null,
  keyId: null,
  authenticatedAt: null,
}

/** The actor of jobs (`id: 'system'`) and of commands run on the machine itself (`id: 'local'`). */
export const systemActor = (id: string, label: string, permissions: Iterable<Permission>): Actor => ({
  ...anonymous,
  kind: 'system',
  id,
  label,
  permissions: new Set(permissions),
})

/** Where a request came from; a job has neither. */
export interface Origin {
  requestId: string | null
  address: string | null
  userAgent: string | null
}

export interface Target {
  kind: string
  id: string
}

/** What the work of a change adds to its audit record and its event. */
export interface ChangeNote {
  /** Values before and after, compared in the audit log; keys that look secret are masked. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** Replaces the id that is known only after an insert. */
  targetId?: string
  /** Goes with the event to whoever subscribes; never secrets. */
  event?: Record<string, unknown>
}

/** Everything a verb may touch while it serves one request, job or command. */
export class Context {
  readonly actor: Actor
  readonly origin: Origin
  readonly platform: Platform
  readonly log: Logger

  constructor(platform: Platform, actor: Actor, origin: Origin, log: Logger = platform.log) {
    this.platform = platform
    this.actor = actor
    this.origin = origin
    this.log = log
  }

  get db(): ReadDb {
    return this.platform.database.read
  }

  now(): number {
    return this.platform.now()
  }

  can(permission: Permission): boolean {
    return this.actor.permissions.has(permission)
  }

  /** Throws UNAUTHENTICATED or PERMISSION_DENIED unless the actor may do what `access` says. */
  require(access: Access): void {
    if (access === 'public') return
    if (this.actor.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', 'Log in or send an API key')
    if (access === 'authenticated') return
    if (access === 'session') return this.#requireSession()
    const wanted = typeof access === 'string' ? [access] : access
    if (!wanted.some((permission) => this.can(permission))) {
      throw new AppError('PERMISSION_DENIED', `This needs the permission ${wanted.join(' or ')}`, {
        permission: wanted[0],
      })
    }
  }

  #requireSession(): void {
    if (this.actor.sessionId === null)
      throw new AppError('PERMISSION_DENIED', 'Only a person who is logged in can do this, not an API key')
  }

  /**
   * The only door for writing state: runs the work, its audit record and its event in one
   * transaction, then tells the subscribers of `action`. `work` may run more than once (the engine
   * may ask to start over), so it touches nothing but `tx` and `note`.
   */
  async change<T>(action: string, target: Target, work: (tx: Tx, note: ChangeNote) => Promise<T>): Promise<T> {
    const { database } = this.platform
    const { result, event } = await database.transaction(async (tx) => {
      const note: ChangeNote = {}
      const result = await work(tx, note)
      const done = { ...target, id: note.targetId ?? target.id }
      await this.#record(tx, action, done, note)
      const event = this.#event(action, done, note)
      await enqueue(tx, event)
      return { result, event }
    })
    await deliver(this.platform, event)
    return result
  }

  /** An audit record of something that changed no state: a refusal, an export, a failed attempt. */
  async audit(
    action: string,
    target: Target,
    result: 'ok' | 'denied' | 'failed',
    note: ChangeNote = {},
  ): Promise<void> {
    await this.platform.database.transaction((tx) => this.#record(tx, action, target, note, result))
  }

  #record(
    tx: Tx,
    action: string,
    target: Target,
    note: ChangeNote,
    result: 'ok' | 'denied' | 'failed' = 'ok',
  ): Promise<number> {
    return appendAudit(tx, this.platform.secrets.key('audit'), {
      at: this.now(),
      actor_kind: this.actor.kind,
      actor_id: this.actor.id,
      actor_label: this.actor.label,
      action,
      target_kind: target.kind,
      target_id: target.id.slice(0, 255),
      result,
      address: this.origin.address,
      request_id: this.origin.requestId,
      before_json: jsonOrNull(note.before),
      after_json: jsonOrNull(note.after),
    })
  }

  #event(action: string, target: Target, note: ChangeNote): DomainEvent {
    const { id, kind, label } = this.actor
    return {
      id: newId(),
      topic: action,
      at: this.now(),
      payload: { actor: { id, kind, label }, target, ...note.event },
    }
  }
}

const jsonOrNull = (value: Record<string, unknown> | undefined): string | null =>
  value === undefined ? null : JSON.stringify(maskSecrets(value))
