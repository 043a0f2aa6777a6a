import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { docker, onEngine, outputOf } from '../support/docker.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Needed where the registry of packages is reached through a proxy with a certificate of its own. */
const certificates = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Gives the engine the image that the Dockerfile begins with, unless it has it. There may be no registry of images, so
 * it is made of the same parts: Debian from its packages, this Node, and the npm that comes with it.
 */
export async function provideBaseImage(dockerfile: string): Promise<void> {
  const [, name, suite] = /^FROM (node:\d+-(\w+)-slim)/m.exec(readFileSync(dockerfile, 'utf8'))!
  if (await docker(['image', 'ls', '--quiet', name!])) return
  const files = temporaryFolder()
  await addNode(join(files, 'usr/local'))
  if (existsSync(certificates)) copyInto(files, certificates)
  const settings = [`NODE_EXTRA_CA_CERTS=${certificates}`, `npm_config_registry=${await registry()}`]
  const hook = `--customize-hook=sync-in ${files} /`
  const options = ['--quiet', '--variant=minbase', '--mode=root', hook]
  const tree = await outputOf(['mmdebstrap', ...options, suite!, '-', await mirror()])
  const changes = settings.map((setting) => `--change=ENV ${setting}`)
  await docker(['import', ...changes, '-', name!], { input: tree })
}

async function addNode(prefix: string): Promise<void> {
  mkdirSync(join(prefix, 'bin'), { recursive: true })
  copyFileSync(process.execPath, join(prefix, 'bin/node'))
  await onEngine(['npm', 'install', '--global', `--prefix=${prefix}`, '--no-audit', '--no-fund', 'npm@11'])
}

function copyInto(folder: string, file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  copyFileSync(file, join(folder, file))
}

const registry = (): Promise<string> => onEngine(['npm', 'config', 'get', 'registry'])

/** Where this machine has its packages from. */
async function mirror(): Promise<string> {
  const filter = ['--format=$(REPO_URI)', 'Created-By: Packages', 'Label: Debian']
  return (await onEngine(['apt-get', 'indextargets', ...filter])).split('\n')[0]!
}
