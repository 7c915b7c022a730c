import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

// `busbar mcp`: the same tools for a program that starts its tools itself and talks to them by pipes.

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
let exchange: RunningExchange

before(async () => {
  exchange = await runExchange()
})
after(() => exchange.end())

test('busbar mcp serves the tools of an exchange on standard input and output', async (t) => {
  const { key } = await exchange.join('desk agent', '25')
  const client = new Client({ name: 'desk', version: '1.0.0' })
  t.after(() => client.close())
  const program = join(root, 'bin', 'busbar.mjs')
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, 'mcp', '--url', exchange.baseUrl, '--key', key],
      cwd: root,
    }),
  )
  const { tools } = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'infer'))
  const balances = (await client.callTool({ name: 'list_balances', arguments: {} })) as any
  assert.equal(balances.structuredContent.data[0].available, '25.000000')
  const order = { client_order_id: 'desk-1', instrument: 'text-prime', side: 'buy', price: '0.01' }
  const placed = (await client.callTool({
    name: 'place_order',
    arguments: { ...order, quantity: '1' },
  })) as any
  assert.equal(placed.isError, true)
  assert.equal(JSON.parse(placed.content[0].text).code, 'price_outside_band')
  const guide = await client.readResource({ uri: 'busbar://docs/glossary' })
  assert.match(String((guide.contents[0] as { text?: string }).text), /lot/)
})
