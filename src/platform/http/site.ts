import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#kernel/errors.ts'
import { packageDir } from '#platform/package.ts'
import type { Operation } from './endpoints.ts'
import { openApiDocument } from './openapi.ts'
import { pathOf, sendError, type HttpServer } from './server.ts'

const consoleDir = join(packageDir, 'dist/console')
const yearSeconds = 31_536_000

/** Answers with the console's page where a browser asks for one; undefined for every other request. */
export type PageAnswer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined

/** Serves the console, the OpenAPI document and its reference page, all from this machine. */
export async function mountSite(server: HttpServer, operations: readonly Operation[]): Promise<PageAnswer> {
  const { app, platform } = server
  mountReference(server, operations)
  const indexFile = join(consoleDir, 'index.html')
  if (!existsSync(indexFile)) {
    platform.log.child({ component: 'http' }).warn('the console is not built; run `npm run build`')
    return () => undefined
  }
  // One route for all hashed files: a route for each of them would be most of what a start waits for.
  await app.register(fastifyStatic, {
    root: join(consoleDir, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    maxAge: 0,
    setHeaders: (reply, path) => {
      // File names under assets/ hold a hash of what is in them.
      reply.header(
        'cache-control',
        path.includes('/assets/') ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
      )
    },
  })
  for (const name of readdirSync(consoleDir).filter((file) => /\.(js|svg|png|ico|json|txt)$/.test(file))) {
    app.get(`/${name}`, (_request, reply) => reply.sendFile(name, consoleDir))
  }
  const apiPrefix = platform.config.get('api_prefix')
  // The page tells its script where the API is.
  const index = readFileSync(indexFile, 'utf8').replace(/(<meta name="api-prefix" content=")[^"]*/, `$1${apiPrefix}`)
  app.get('/', (_request, reply) => sendPage(reply, index))
  return (request, reply) =>
    isPage(request) && !pathOf(request.url).startsWith(`${apiPrefix}/`) ? sendPage(reply, index) : undefined
}

const sendPage = (reply: FastifyReply, html: string): FastifyReply =>
  reply.code(200).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html)

/** Paths the server keeps for itself; every other path that a browser opens is a page of the console. */
const reserved =
  /^\/(api|v1|otlp|loki|prometheus|alertmanager|ws|socket\.io|metrics|health|healthz|livez|readyz|openapi\.json|docs|assets)(\/|$)/

const isPage = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && !reserved.test(pathOf(url)) && (headers.accept ?? '').includes('text/html')

function mountReference({ app, platform }: HttpServer, operations: readonly Operation[]): void {
  const apiPrefix = platform.config.get('api_prefix')
  let document: string | undefined
  app.get('/openapi.json', (_request, reply) => {
    document ??= JSON.stringify(openApiDocument(operations, { version: platform.version, apiPrefix }))
    return reply.type('application/json; charset=utf-8').send(document)
  })
  const files: Record<string, [type: string, read: () => string | Buffer]> = {
    '/docs': ['text/html; charset=utf-8', () => referencePage],
    '/docs/reference.js': ['text/javascript; charset=utf-8', () => referenceScript],
    '/docs/swagger-ui.css': ['text/css; charset=utf-8', () => readFileSync(swaggerFile('swagger-ui.css'))],
    '/docs/swagger-ui-bundle.js': [
      'text/javascript; charset=utf-8',
      () => readFileSync(swaggerFile('swagger-ui-bundle.js')),
    ],
  }
  for (const [path, [type, read]] of Object.entries(files)) {
    app.get(path, (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(read()))
  }
  app.get('/api/docs', (_request, reply) => reply.redirect('/docs'))
  app.get('/docs/*', (request, reply) =>
    sendError(reply, request.url, apiPrefix, new AppError('RESOURCE_NOT_FOUND', 'Nothing is here')),
  )
}

const swaggerFile = (name: string): string =>
  join(dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')), name)

const referencePage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>API · Miktos</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/reference.js"></script></body>
</html>
`

const referenceScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, filter: true, validatorUrl: null, tryItOutEnabled: false })
`
