import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import type { RunningExchange } from '../running-exchange.ts'
import { runExchange } from '../running-exchange.ts'

let exchange: RunningExchange

before(async () => {
  exchange = await runExchange()
  const { client, key } = await exchange.join('visitor', '100')
  const { id, scopes } = await client.account()
  const found = exchange.venue.keys.find(key, '127.0.0.1', exchange.venue.clock())
  assert.ok(typeof found !== 'string')
  exchange.welcome({
    keyId: id,
    account: found.account,
    mandate: found.mandate,
    scopes: new Set(found.scopes),
  })
  assert.ok(scopes.length > 0)
})

after(() => exchange.end())

const load = () => fetch(`${exchange.baseUrl}/`)

const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

test('the page comes under a strict policy, with a nonce that is new each time', async () => {
  const first = await load()
  const html = await first.text()
  const policy = first.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self'(;|$)/)
  assert.match(policy, /frame-ancestors 'none'/)
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
  assert.ok(nonce.length >= 20 && html.includes(nonce), 'the page carries the nonce of its policy')
  const second = await load()
  assert.ok(!(second.headers.get('content-security-policy') ?? '').includes(nonce))
})

test('its files are served by name, for ever where the name holds a hash, and nothing else is', async () => {
  const html = await (await load()).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? ''
  const found = await fetch(`${exchange.baseUrl}${script}`)
  assert.equal(found.status, 200)
  assert.match(found.headers.get('cache-control') ?? '', /immutable/)
  for (const path of ['/assets/', '/assets/../index.html.map', '/assets/%2e%2e/%2e%2e/package.json'])
    assert.equal((await fetch(`${exchange.baseUrl}${path}`)).status, 404, path)
})

test('a visitor on loopback gets a session that acts for the page and for nobody else', async () => {
  const response = await load()
  const header = response.headers.get('set-cookie') ?? ''
  assert.match(header, /HttpOnly/)
  assert.match(header, /SameSite=Strict/)
  const cookie = cookieOf(response)
  const account = (headers: Record<string, string>) => fetch(`${exchange.baseUrl}/v1/account`, { headers })
  assert.equal((await account({ cookie, 'x-busbar-web': '1' })).status, 200)
  assert.equal((await account({ cookie })).status, 401, "without the page's own header the cookie is nothing")
  const foreign = { cookie, 'x-busbar-web': '1', origin: 'https://evil.example' }
  assert.equal((await account(foreign)).status, 401, 'nor for a page of another origin')
  const crossSite = { cookie, 'x-busbar-web': '1', 'sec-fetch-site': 'cross-site' }
  assert.equal((await account(crossSite)).status, 401)
  assert.equal((await account({ cookie: 'busbar_session=guess', 'x-busbar-web': '1' })).status, 401)
})

test('a session that is still open is kept, and one that is not known is replaced', async () => {
  const cookie = cookieOf(await load())
  const again = await fetch(`${exchange.baseUrl}/`, { headers: { cookie } })
  assert.equal(again.headers.get('set-cookie'), null)
  const stale = await fetch(`${exchange.baseUrl}/`, { headers: { cookie: 'busbar_session=old' } })
  assert.notEqual(stale.headers.get('set-cookie'), null)
})

test('a name that was bent to this machine gets no session', async () => {
  const { status, headers } = await new Promise<{ status: number; headers: IncomingHttpHeaders }>(
    (resolve) => {
      get(`${exchange.baseUrl}/`, { headers: { host: 'rebound.example' } }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, headers: response.headers })
      })
    },
  )
  assert.equal(status, 200)
  assert.equal(headers['set-cookie'], undefined)
})
