import { createRequire } from 'node:module'
import type * as Liquid from 'liquidjs'
import type * as Yaml from 'yaml'

const require = createRequire(import.meta.url)

// What most processes never use, loaded where it is used first: its many modules would slow every start.

export const yaml = (): typeof Yaml => require('yaml') as typeof Yaml

export const liquid = (): typeof Liquid => require('liquidjs') as typeof Liquid
