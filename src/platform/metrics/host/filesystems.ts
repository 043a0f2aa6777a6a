import { readFile, stat, statfs } from 'node:fs/promises'

export interface Filesystem {
  mountpoint: string
  device: string
  usedBytes: number
  freeBytes: number
}

const imageTypes = new Set(['squashfs', 'iso9660', 'erofs'])
const mountpointsMax = 50

/** Those on disks, each once however often it is mounted, and the one that holds `dataDir`. */
export async function readFilesystems(procDir: string, dataDir: string): Promise<Filesystem[]> {
  const mounts = mountsOf(await readFile(`${procDir}/mounts`, 'utf8'))
  const wanted = mounts.filter(({ device, type }) => device.startsWith('/dev/') && !imageTypes.has(type))
  const found = await Promise.all(wanted.slice(0, mountpointsMax).map(measure))
  const measured = found.filter((filesystem) => filesystem !== undefined)
  const own = await measure({ mountpoint: dataDir, device: 'data_dir', type: '' })
  const all = own ? [...measured, own] : measured
  const byNumber = Map.groupBy(all, ({ number }) => number)
  return [...byNumber.values()].map(([first]) => first!)
}

interface Mount {
  mountpoint: string
  device: string
  type: string
}

const mountsOf = (text: string): Mount[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([device = '', mountpoint = '', type = '']) => ({ device, type, mountpoint: unescaped(mountpoint) }))

/** Spaces, tabs, line breaks and backslashes are written as octal numbers. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Undefined where it is gone, is a single file, or may not be looked at. */
async function measure({ mountpoint, device }: Mount): Promise<(Filesystem & { number: number }) | undefined> {
  try {
    const [{ bsize, blocks, bfree }, about] = await Promise.all([statfs(mountpoint), stat(mountpoint)])
    if (!about.isDirectory() || blocks === 0) return undefined
    return {
      mountpoint,
      device,
      usedBytes: (blocks - bfree) * bsize,
      freeBytes: bfree * bsize,
      number: about.dev,
    }
  } catch {
    return undefined
  }
}
