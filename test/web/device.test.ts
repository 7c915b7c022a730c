// A person lets a program in, on the page in a real Chromium. The page must have been built.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'
import { launchChromium } from './chromium.ts'

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

const oauth = async (path: string, body: Record<string, string>) => {
  const response = await fetch(`${exchange.baseUrl}/grid/api/v1/oauth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'grid-cli-public', ...body }),
  })
  return (await response.json()) as Record<string, string>
}

const poll = (code: string | undefined) =>
  oauth('/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code ?? '' })

/** Opens the address a device shows, and signs in with a key. */
async function visit(address: string | undefined, key: string) {
  const page = await browser.newPage()
  await page.goto(address ?? '')
  await page.getByRole('button', { name: 'Use an API key to answer it' }).click()
  await page.getByLabel('Key, starting with bb_').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('wants to act for').waitFor()
  return page
}

test('a person sees who asks for what, and approves it', async () => {
  const { key } = await exchange.join('Morning desk', '10')
  const begun = await oauth('/device/code', { scope: 'trade:read trade:write supply:write' })
  const page = await visit(begun.verification_uri_complete, key)
  const shown = await page.getByRole('main').innerText()
  for (const text of ['grid-cli-public', 'Morning desk', begun.user_code ?? '?', 'Place and cancel orders'])
    assert.ok(shown.includes(text), `${text} in ${shown}`)
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('has been let in').waitFor()
  const tokens = await poll(begun.device_code)
  assert.equal(tokens.scope, 'trade:read trade:write', 'what the person may not do stays out')
  await page.close()
})

test('a person refuses, and the program is told', async () => {
  const { key } = await exchange.join('Evening desk', '10')
  const begun = await oauth('/device/code', { scope: 'trade:read' })
  const page = await visit(begun.verification_uri_complete, key)
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('has been refused').waitFor()
  assert.equal((await poll(begun.device_code)).error, 'access_denied')
  await page.close()
})
