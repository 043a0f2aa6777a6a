// Writes the files that are made from code; with --check only says which of them are out of date.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { configJsonSchema } from '#platform/config/jsonSchema.ts'

const generated: { file: string; make: () => string }[] = [
  { file: 'docs/miktos.schema.json', make: () => `${JSON.stringify(configJsonSchema(), null, 2)}\n` },
]

const onlyCheck = process.argv.includes('--check')

for (const { file, make } of generated) {
  const wanted = make()
  if ((await readIfThere(file)) === wanted) continue
  if (onlyCheck) {
    console.error(`${file} is out of date: run \`npm run generate\``)
    process.exitCode = 1
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, wanted)
    console.log(`wrote ${file}`)
  }
}

function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
