import type { Migration } from '#platform/database/schema.ts'

interface ShortLinkRow {
  /** Of the address, so that the same one is kept once. */
  id: string
  /** Who made it first. */
  user_id: string
  address: string
  used_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    short_links: ShortLinkRow
  }
}

export const shortLinksMigrations: Migration[] = [
  {
    name: '2026-11-23.10-short-links',
    up: async (schema) => {
      await schema.table('short_links', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('address', schema.text, (column) => column.notNull())
          .addColumn('used_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('short_links', ['used_at'])
      await schema.index('short_links', ['user_id', 'used_at'])
    },
  },
]
