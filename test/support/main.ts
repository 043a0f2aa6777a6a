import { join } from 'node:path'

/** What starts as `miktos`: the sources, or what is built of them, which `npm test` has made just before. */
export const main = process.env['MIKTOS_TEST_MAIN'] ?? join(import.meta.dirname, '../../src/cli/main.ts')
