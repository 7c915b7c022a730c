// The page follows an account on the stream of a real exchange, through a lost connection, and asks for nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { launchChromium } from './chromium.ts'
import { openTour } from './page-tour.ts'

let browser: Browser
let exchange: RunningExchange

before(async () => {
  browser = await launchChromium()
  exchange = await runExchange()
})

after(async () => {
  await browser?.close()
  await exchange?.end()
})

/** Lets the test cut every connection of the page. */
const CUTTABLE = `
  const sockets = new Set()
  const Own = WebSocket
  globalThis.WebSocket = class extends Own { constructor(...given) { super(...given); sockets.add(this) } }
  globalThis.cutAll = () => { for (const socket of sockets) socket.close(); sockets.clear() }
`

test('orders, balances and fills come to the page by themselves, also those of while it was cut off', async () => {
  const { client, key } = await exchange.join('Ada', '1000')
  const tour = await openTour(browser, exchange.baseUrl, 1440, 900)
  const { page } = tour
  await page.addInitScript(CUTTABLE)
  const asked: string[] = []
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
  await page.goto(`${exchange.baseUrl}/#/TEXT_PRIME-USD`)
  await page.getByRole('button', { name: 'Use an API key' }).first().click()
  await page.getByLabel('Key, starting with bb_').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('$1,000.00').first().waitFor()
  const rows = page.getByTestId('open-order')
  const bid = { instrument: 'TEXT_PRIME-USD', side: 'buy', quantity: '10.00' } as const
  /** The header says what is free to trade, to the cent below. */
  const seesFree = async () => {
    const usd = (await client.balances()).data.find(({ asset }) => asset === 'USD')
    await page
      .getByRole('banner')
      .getByText(`$${usd?.available.slice(0, -4)}`)
      .waitFor()
  }
  const first = await client.orders.place({ ...bid, price: '0.7000' })
  await rows.filter({ hasText: '0.7000' }).waitFor()
  await seesFree()
  await page.evaluate('cutAll()')
  await client.orders.cancel(first.id)
  await client.orders.place({ ...bid, price: '0.6500' })
  await rows.filter({ hasText: '0.6500' }).waitFor()
  await rows.filter({ hasText: '0.7000' }).waitFor({ state: 'detached' })
  await seesFree()
  for (const path of ['/v1/orders', '/v1/balances', '/v1/lots'])
    assert.ok(!asked.includes(`GET ${path}`), `${path} is told, not asked for`)
  // A page without a session is told so by one 401, which the browser prints.
  assert.deepEqual(
    tour.faults.filter((fault) => !/401/.test(fault)),
    [],
  )
  await page.context().close()
})
