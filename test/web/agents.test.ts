// The page of agents on a real exchange: lent, waiting, kept in stock, and stopped.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { createClient } from '../../src/client/client.ts'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { launchChromium } from './chromium.ts'
import type { Tour } from './page-tour.ts'
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

async function signIn(tour: Tour, key: string): Promise<Page> {
  const { page } = tour
  await page.goto(`${exchange.baseUrl}/#/agents`)
  await page.getByRole('button', { name: 'Use an API key to see its mandates' }).click()
  await page.getByLabel('Key, starting with bb_').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Mandates' }).waitFor()
  return page
}

/** The browser prints the 401 of a page without a session, and the 403 of a mandate wider than its parent. */
const isFault = (fault: string): boolean => !/status of (401|403)/.test(fault)

async function lend(page: Page, name: string, budget: string, more: { from?: string; above?: string } = {}) {
  await page.getByRole('button', { name: 'Lend', exact: true }).click()
  await page.getByLabel('Name').fill(name)
  if (more.from !== undefined) {
    const value = await page
      .getByLabel('Lent from')
      .locator('option', { hasText: more.from })
      .getAttribute('value')
    await page.getByLabel('Lent from').selectOption(value)
  }
  await page.getByLabel('Budget').fill(budget)
  if (more.above !== undefined) await page.getByLabel('Ask a person above').fill(more.above)
  await page.getByRole('button', { name: 'Lend it' }).click()
}

test('a budget is lent on, an order waits for an answer and is placed by it, and a revocation ends both', async () => {
  const { client, key } = await exchange.join('Ada', '1000')
  const tour = await openTour(browser, exchange.baseUrl, 1440, 900)
  const page = await signIn(tour, key)
  await lend(page, 'Research', '100.00')
  const cards = page.getByTestId('mandate')
  await cards.filter({ hasText: 'Research' }).waitFor()
  await lend(page, 'Night shift', '500.00', { from: 'Research', above: '5.00' })
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Budget').fill('50.00')
  await page.getByRole('button', { name: 'Lend it' }).click()
  await cards.filter({ hasText: 'asks a person above $5.00' }).waitFor()

  const mandate = (await client.mandates.list()).find(({ name }) => name === 'Night shift')
  const made = await client.keys.create({
    name: 'agent',
    scopes: ['trade:place', 'account:read'],
    mandate: mandate?.id as never,
  })
  const agent = createClient({ baseUrl: exchange.baseUrl, key: made.secret ?? '' })
  const bid = { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.7000' } as const
  await agent.orders.place({ ...bid, quantity: '2.00' })
  await page
    .getByLabel(/\$0\.00 spent, \$1\.4\d* reserved/)
    .first()
    .waitFor()
  const large = { ...bid, quantity: '20.00', client_order_id: 'large' }
  await assert.rejects(agent.orders.place(large), /approv|person/i)
  const waiting = page.getByTestId('approval')
  await waiting.filter({ hasText: 'Buy 20 TEXT_PRIME/USD at $0.70 at most' }).waitFor()
  await waiting.getByRole('button', { name: /^Approve/ }).click()
  await waiting.waitFor({ state: 'detached' })
  assert.equal((await client.orders.getByClientId('large')).status, 'open')

  await page.getByRole('button', { name: 'Revoke Research' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click()
  await page.getByText('Nothing is lent.').waitFor()
  assert.deepEqual(
    (await client.mandates.list()).map(({ status }) => status),
    ['revoked', 'revoked'],
  )
  assert.deepEqual((await client.orders.list({ status: 'open' })).data, [])
  await page.getByRole('button', { name: '2 ended' }).click()
  assert.equal(await cards.count(), 2)
  assert.deepEqual(tour.faults.filter(isFault), [])
  await page.context().close()
})

test('on a phone stock is kept and let go, orders are cancelled, and the account is stopped for a reason', async () => {
  const { client, key } = await exchange.join('Ben', '1000')
  const tour = await openTour(browser, exchange.baseUrl, 390, 844)
  const page = await signIn(tour, key)
  await page.getByRole('button', { name: 'Keep stock' }).click()
  await page.getByLabel('Market', { exact: true }).selectOption('TEXT_PRIME-USD')
  await page.getByLabel('Keep', { exact: true }).fill('5.00')
  await page.getByLabel('Buy at most at').fill('0.7000')
  await page.getByRole('button', { name: 'Keep it' }).click()
  const stock = page.getByTestId('procurement')
  await stock.getByText('0 of 5 units on hand').waitFor()
  await stock.getByText('Bids for 5 at $0.70').waitFor()
  const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
  assert.ok(Number(beyond) <= 0, `${Number(beyond)} px too wide`)
  await page.getByRole('button', { name: 'End procurement of TEXT_PRIME/USD' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click()
  await stock.waitFor({ state: 'detached' })

  const bid = { instrument: 'TEXT_PRIME-USD', side: 'buy', price: '0.7000', quantity: '1.00' } as const
  await client.orders.place(bid)
  await page.getByText('1 order is open').waitFor()
  await page.getByRole('button', { name: 'Cancel all orders' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel them' }).click()
  await page.getByText('No order is open').waitFor()
  await page.getByRole('button', { name: 'Stop everything' }).click()
  const dialog = page.getByRole('dialog')
  const stop = dialog.getByRole('button', { name: 'Stop everything' })
  assert.ok(await stop.isDisabled(), 'not without a reason')
  await dialog.getByLabel('Reason, on the record').fill('Position out of hand')
  await stop.click()
  await page.getByTestId('killed').getByText('Position out of hand').waitFor()
  await assert.rejects(client.orders.place(bid), /stopped|kill/i)
  assert.deepEqual(tour.faults.filter(isFault), [])
  await page.context().close()
})
