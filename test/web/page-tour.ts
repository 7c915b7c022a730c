// What the page must do for a reader, told once and walked in a real Chromium against any venue that serves
// it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'

export type Tour = { page: Page; url: string; faults: string[] }

const PATIENCE_MS = 20_000
const GRADES = 9
const MARKET = 'TEXT_PRIME-USD'

/**
 * A fresh window on the venue. What goes wrong in it, in the console or against the content policy, is kept.
 * `language` is what the browser says that it speaks, whether or not there is such a language.
 */
export async function openTour(
  browser: Browser,
  url: string,
  width: number,
  height: number,
  language = 'en-US',
): Promise<Tour> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'en-US',
    colorScheme: 'dark',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  // As text: a function here would carry its accessor's name through a word that only our own runner knows.
  await page.addInitScript(
    `Object.defineProperty(Navigator.prototype, 'language', { get: () => ${JSON.stringify(language)}, configurable: true })`,
  )
  const faults: string[] = []
  await page.exposeFunction('tellFault', (fault: string) => faults.push(fault))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { tellFault } = window as unknown as { tellFault: (fault: string) => void }
      tellFault(
        `content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      )
    })
  })
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} ${message.location().url}`)
  })
  return { page, url, faults }
}

const go = ({ page, url }: Tour, hash: string) => page.goto(new URL(`/${hash}`, url).href)

/** Waits until `look` says something other than it says now. */
export async function waitForChange(page: Page, look: () => Promise<string>, what: string): Promise<void> {
  const before = await look()
  const end = Date.now() + PATIENCE_MS
  while ((await look()) === before) {
    assert.ok(Date.now() < end, `${what} stands still at ${before}`)
    await page.waitForTimeout(100)
  }
}

/** The board lists every grade with a bid and an ask, and they move. */
export async function seeBoard(tour: Tour): Promise<void> {
  const { page } = tour
  await go(tour, '#/')
  const rows = page.getByTestId('board-row')
  await rows.nth(GRADES - 1).waitFor()
  assert.equal(await rows.count(), GRADES)
  await page.waitForFunction((count) => {
    const cells = [...document.querySelectorAll('[data-testid="board-row"]')].map((row) => row.textContent)
    return cells.length === count && cells.every((text) => (text.match(/\d+\.\d{4}/g)?.length ?? 0) >= 2)
  }, GRADES)
  await waitForChange(page, () => page.getByTestId('board').innerText(), 'the board')
}

/** The table that the page saves under a name. */
async function downloaded(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `Download ${name} as CSV` }).click(),
  ])
  assert.equal(file.suggestedFilename(), `${name}.csv`)
  return readFileSync(await file.path(), 'utf8')
}

/** The indices tell their pace, three equal sides and every rung; the sheets hold posted prices to the book. */
export async function seeFigures(tour: Tour): Promise<void> {
  const { page } = tour
  await go(tour, '#/indices')
  await page.getByText(/hours pass in one/).waitFor()
  await page.getByTestId('fixing-row').first().waitFor()
  await page.getByTestId('gdp-sides').waitFor()
  await page.getByText('three sides equal to the µ$').waitFor()
  assert.match(await page.getByTestId('index-price_of_intelligence').innerText(), /\d+\.\d{6}/)
  assert.match(await downloaded(page, 'fixings'), /^id,instrument,at,price,tier,pace,inputs_root\r\n/)
  const table = (await downloaded(page, 'intelligence-index')).trimEnd().split('\r\n')
  const cells = table.map((row) => row.replaceAll(/"[^"]*"/g, 'quoted').split(',').length)
  assert.deepEqual(new Set(cells), new Set([9]), 'a name with a comma is one cell')
  assert.match(await page.getByTestId('intelligence-standing').innerText(), /Market\s+\d+\.\d/)
  await page.getByTestId('intelligence-row').first().getByRole('img').waitFor()
  await page.getByRole('link', { name: 'Sheets' }).click()
  await page.getByTestId('floor-row').first().waitFor()
  await page.getByRole('button', { name: 'TEXT_PRIME/USD' }).click()
  await page.getByText('Who would meet TEXT_PRIME/USD').waitFor()
}

/** A click on a grade opens its market: two sides, in sequence, moving. */
export async function seeMarket(tour: Tour): Promise<void> {
  const { page } = tour
  await go(tour, '#/')
  await page.getByRole('link', { name: 'Text Prime' }).click()
  await page.waitForURL(`**/#/${MARKET}`)
  const bids = page.getByTestId('bids')
  await bids.getByRole('button').nth(2).waitFor()
  await page.getByTestId('asks').getByRole('button').nth(2).waitFor()
  await waitForChange(page, () => page.getByTestId('book-seq').innerText(), 'the sequence of the book')
  await waitForChange(page, () => bids.innerText(), 'the bids')
  await page.getByTestId('price-chart').locator('canvas').first().waitFor()
  await page.getByTestId('depth-chart').locator('canvas').first().waitFor()
  await page.getByTestId('tape').locator('tbody tr').first().waitFor()
}

/** An order well below the market rests, is seen among one's own, and is cancelled. */
export async function placeAndCancel(tour: Tour): Promise<void> {
  const { page } = tour
  await go(tour, `#/${MARKET}`)
  const best = await page.getByTestId('bids').getByRole('button').first().innerText()
  const price = (Number(best.split(/\s/)[0]) * 0.9).toFixed(4)
  await page.getByTestId('price').fill(price)
  await page.getByTestId('quantity').fill('1.5')
  await page.getByTestId('preview').getByText('1.5 units').waitFor()
  await page.getByTestId('submit-order').click()
  await page.getByTestId('ticket-result').getByText('rest in the book').waitFor()
  const own = page.getByTestId('open-order').filter({ hasText: price })
  await own.waitFor()
  await own.getByTestId('cancel-order').click()
  await own.waitFor({ state: 'detached' })
}

/**
 * A prompt is answered as a stream; supplier, cost and a receipt that this very browser has checked appear.
 */
export async function chat(tour: Tour): Promise<void> {
  const { page } = tour
  await go(tour, '#/playground/text-prime')
  await page.getByTestId('prompt').fill('Say in two sentences what an exchange is for.')
  await page.getByTestId('send').click()
  const answer = page.getByTestId('answer')
  await page.waitForFunction(
    () => (document.querySelector('[data-testid="answer"]')?.textContent.length ?? 0) > 20,
  )
  assert.match(await answer.innerText(), /\w+ \w+/)
  await page.getByTestId('receipt-check').getByText('Signature verified in your browser').waitFor()
  assert.match(await page.getByTestId('cost').innerText(), /^\$0\.0*[1-9]\d*$/)
  assert.match(await page.getByTestId('fact-supplier').innerText(), /\w{3,}/)
  assert.match(await page.getByTestId('fact-verdict').innerText(), /\w+/)
  assert.match(await page.getByTestId('fact-first-token').innerText(), /^[\d.]+ m?s$/)
  assert.equal(await page.getByTestId('receipt-json').getAttribute('download'), await receiptName(page))
}

const receiptName = async (page: Page): Promise<string> => {
  const text = await page.getByTestId('receipt').locator('h2').innerText()
  return `${/del_\d+/.exec(text)?.[0]}.json`
}

/** Nothing is wider than the window, in any view or part of one. */
export async function fitWidth(tour: Tour): Promise<void> {
  const { page } = tour
  const fits = async (where: string) => {
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(beyond <= 0, `${where} is ${beyond} px too wide`)
  }
  await go(tour, '#/')
  await page.getByTestId('board-row').first().waitFor()
  await fits('the board')
  await go(tour, `#/${MARKET}`)
  for (const part of ['Chart', 'Book', 'Trade', 'Account', 'Grade']) {
    const tab = page.getByText(part, { exact: true }).first()
    if (await tab.isVisible()) await tab.click()
    await fits(`the market's ${part}`)
  }
  await go(tour, '#/indices')
  await page.getByTestId('fixing-row').first().waitFor()
  await fits('the indices')
  await go(tour, '#/sheets')
  await page.getByTestId('floor-row').first().waitFor()
  await fits('the sheets')
  await go(tour, '#/playground')
  await page.getByTestId('send').waitFor()
  await fits('the playground')
}
