import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'

export const passphrase = z
  .string()
  .min(12, 'Use at least 12 characters')
  .max(1024)
  .describe('Encrypts the backup; whoever has both can restore it anywhere')

export const backupEndpoints = {
  create: {
    method: 'POST',
    path: '/admin/backup',
    summary: 'Back up everything Miktos keeps, encrypted to a passphrase',
    description:
      'The state at one moment, while the server goes on working. `miktos restore` reads it, into any database engine. Only a command on the machine itself may leave the passphrase out: the backup is then not encrypted and does not hold the installation secret.',
    access: 'system:configure',
    rate: 'auth',
    sensitive: true,
    body: z.strictObject({ passphrase: passphrase.optional() }),
    reply: z.string(),
    produces: 'application/octet-stream',
    errors: ['CONFLICT'],
    example: { body: { passphrase: 'a long phrase that is kept elsewhere' } },
  },
} as const satisfies Endpoints
