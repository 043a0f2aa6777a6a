import { sql, type Expression, type SqlBool } from 'kysely'

/** Whether the column holds `text` literally: `%`, `_` and the escape character mean themselves. */
export const contains = (column: string, text: string): Expression<SqlBool> =>
  sql<SqlBool>`${sql.ref(column)} like ${`%${text.replace(/[!%_]/g, '!$&')}%`} escape '!'`
