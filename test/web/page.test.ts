// The page in a real Chromium. PAGE_URL names a running venue to walk instead of the make-believe one.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import type { Tour } from './page-tour.ts'
import {
  chat,
  fitWidth,
  openTour,
  placeAndCancel,
  seeBoard,
  seeFigures,
  seeMarket,
  waitForChange,
} from './page-tour.ts'
import type { StubVenue } from './stub-venue.ts'
import { openStubVenue } from './stub-venue.ts'

let browser: Browser
let venue: StubVenue | undefined
let url: string

before(async () => {
  browser = await launchChromium()
  if (process.env.PAGE_URL === undefined) venue = await openStubVenue()
  url = process.env.PAGE_URL ?? venue?.url ?? ''
})

after(async () => {
  await browser?.close()
  await venue?.close()
})

async function walk(
  width: number,
  height: number,
  ...steps: ((tour: Tour) => Promise<void>)[]
): Promise<void> {
  const tour = await openTour(browser, url, width, height)
  for (const step of steps) await step(tour)
  assert.deepEqual(tour.faults, [])
  await tour.page.context().close()
}

test('the board lists nine grades, and their prices live', () => walk(1440, 900, seeBoard))

test('a click opens a market whose book moves in sequence', () => walk(1440, 900, seeMarket))

test('a market opens in a browser whose language no library knows', async () => {
  const tour = await openTour(browser, url, 1440, 900, 'en-US@posix')
  await seeMarket(tour)
  assert.deepEqual(tour.faults, [])
  await tour.page.context().close()
})

test('the indices and the sheets tell what is published, and give it away', () => walk(1440, 900, seeFigures))

test('an order is placed, rests and is cancelled', () => walk(1440, 900, placeAndCancel))

test('a chat streams and shows its supplier, its cost and a receipt checked in the browser', () =>
  walk(1440, 900, chat))

test('a phone shows everything within its width', () => walk(390, 844, fitWidth, placeOnPhone))

test('a small laptop shows everything within its width', () => walk(1024, 768, fitWidth))

test('a page that loses its venue says so, and is live again by itself', async () => {
  const first = await openStubVenue()
  const tour = await openTour(browser, first.url, 1024, 768)
  await seeMarket(tour)
  await first.close()
  const status = tour.page.getByRole('status').filter({ hasText: /Live|Reconnecting|Connecting/ })
  await status.filter({ hasText: /Reconnecting|Connecting/ }).waitFor()
  const second = await openStubVenue(Number(new URL(first.url).port))
  await status.filter({ hasText: 'Live' }).waitFor()
  await waitForChange(tour.page, () => tour.page.getByTestId('bids').innerText(), 'the bids')
  await tour.page.context().close()
  await second.close()
})

/** On a phone the ticket is a part of its own. */
async function placeOnPhone({ page }: Tour): Promise<void> {
  await page.goto(new URL('/#/TEXT_PRIME-USD', url).href)
  await page.getByText('Trade', { exact: true }).first().click()
  await page.getByTestId('submit-order').waitFor()
  assert.equal(await page.getByTestId('price-chart').isVisible(), false)
}
