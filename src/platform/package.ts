import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname } from 'node:path'

const manifest = findPackageJSON(import.meta.url)!

/** What is read at run time is named from here: the same for these sources and for what is built of them. */
export const packageDir = dirname(manifest)

export const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
