import { sql, type Expression, type SqlBool } from 'kysely'

/** Whether the column holds `text` literally: `%`, `_` and the escape character mean themselves. */
export const contains = (column: string, text: string): Expression<SqlBool> =>
  sql<SqlBool>`${sql.ref(column)} like ${pattern(text)} escape '!'`

/** As `contains`, whatever the case. Beyond ASCII not every engine knows lower case, so the text as it is written counts too. */
export const containsAnyCase = (column: string, text: string): Expression<SqlBool> =>
  sql<SqlBool>`(${contains(column, text)} or lower(${sql.ref(column)}) like ${pattern(text.toLowerCase())} escape '!')`

const pattern = (text: string): string => `%${text.replace(/[!%_]/g, '!$&')}%`
