import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { docker, dockerNetwork, startContainer, uniqueName, withoutDocker } from '../support/docker.ts'
import { freePort } from '../support/port.ts'
import { until } from '../support/until.ts'

describe('the Docker of the tests', { skip: withoutDocker }, () => {
  test('keeps what a container wrote and how it ended', async () => {
    const id = await startContainer(['sh', '-c', 'echo to output; echo to errors >&2; exit 3'])
    assert.equal(await docker(['wait', id]), '3')
    assert.equal(await docker(['logs', id]), 'to output')
  })

  test('lets containers reach each other by name, and the host a published port', async () => {
    const [network, server, port] = [await dockerNetwork(), uniqueName(), await freePort()]
    const serve = 'echo hello > /tmp/hello && exec httpd -f -h /tmp'
    await startContainer(['sh', '-c', serve], [`--name=${server}`, `--network=${network}`, `-p=127.0.0.1:${port}:80`])
    const read = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/hello`)).text()
    await until('the server in the container answers', () =>
      read().then(
        (body) => body === 'hello\n',
        () => false,
      ),
    )
    const reader = await startContainer(['wget', '-q', '-O', '-', `http://${server}/hello`], [`--network=${network}`])
    assert.equal(await docker(['wait', reader]), '0')
    assert.equal(await docker(['logs', reader]), 'hello')
  })
})
