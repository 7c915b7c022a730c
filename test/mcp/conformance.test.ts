import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

// The protocol's own conformance suite against the real server. Left out are only scenarios that call tools, resources and
// prompts of a test server by name (such as `test_simple_text`): an exchange has none of them.

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const suite = join(root, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js')
const preload = join(root, 'test', 'mcp', 'node-20.mjs')

let exchange: RunningExchange
before(async () => {
  exchange = await runExchange()
})
after(() => exchange.end())

function run(scenario: string): Promise<{ code: number | null; out: string }> {
  const url = `${exchange.baseUrl}/mcp`
  const args = ['--import', preload, suite, 'server', '--url', url, '--scenario', scenario]
  const child = spawn(process.execPath, args, { cwd: exchange.folder })
  let out = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (out += text))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out }))
  })
}

for (const scenario of [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
])
  test(`the conformance suite passes: ${scenario}`, async () => {
    const { code, out } = await run(scenario)
    assert.equal(code, 0, out)
    assert.match(out, /Passed: [1-9]\d*\/\d+, 0 failed/i)
  })
