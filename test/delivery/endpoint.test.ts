// Which addresses a supplier may have: nothing but plain public https, checked by name and by every address.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointPolicy } from '../../src/delivery/endpoint.ts'
import {
  addressAllowed,
  ENDPOINT_FORBIDDEN,
  endpointFault,
  guardedLookup,
  PUBLIC_ENDPOINTS,
} from '../../src/delivery/endpoint.ts'

const LOCAL: EndpointPolicy = { allowPrivate: true, ports: [] }

const refused = [
  'http://models.example.com/v1',
  'ftp://models.example.com',
  'file:///etc/passwd',
  'https://user:pass@models.example.com/v1',
  'https://models.example.com/v1?x=1',
  'https://models.example.com/v1#x',
  'https://models.example.com:22/v1',
  'https://127.0.0.1/v1',
  'https://127.1/v1',
  'https://2130706433/v1',
  'https://0x7f000001/v1',
  'https://0177.0.0.1/v1',
  'https://0.0.0.0/v1',
  'https://10.0.0.1/v1',
  'https://172.16.0.1/v1',
  'https://192.168.1.1/v1',
  'https://100.64.0.1/v1',
  'https://169.254.169.254/latest/meta-data',
  'https://192.0.2.1/v1',
  'https://198.18.0.1/v1',
  'https://224.0.0.1/v1',
  'https://255.255.255.255/v1',
  'https://[::1]/v1',
  'https://[::]/v1',
  'https://[::ffff:127.0.0.1]/v1',
  'https://[::ffff:a00:1]/v1',
  'https://[64:ff9b::7f00:1]/v1',
  'https://[2002:7f00:1::]/v1',
  'https://[fe80::1]/v1',
  'https://[fc00::1]/v1',
  'https://[ff02::1]/v1',
  'https://[2001:db8::1]/v1',
  'https://localhost/v1',
  'https://localhost./v1',
  'https://LOCALHOST/v1',
  'https://a.localhost/v1',
  'https://printer/v1',
  'https://db.internal/v1',
  'https://metadata.google.internal/v1',
  'https://nas.local/v1',
  'not a url',
  '',
]

for (const url of refused)
  test(`refused: ${url || 'nothing'}`, () => {
    assert.notEqual(endpointFault(url, PUBLIC_ENDPOINTS), undefined)
  })

test('public https is accepted', () => {
  for (const url of ['https://models.example.com/v1', 'https://8.8.8.8/v1', 'https://[2606:4700::1111]/v1'])
    assert.equal(endpointFault(url, PUBLIC_ENDPOINTS), undefined)
  const wider = { allowPrivate: false, ports: [443, 8443] }
  assert.equal(endpointFault('https://models.example.com:8443/v1', wider), undefined)
})

test('where private suppliers are allowed, loopback is, and link-local metadata still is not', () => {
  assert.equal(endpointFault('http://127.0.0.1:9000/v1', LOCAL), undefined)
  assert.equal(endpointFault('http://localhost:11434/v1', LOCAL), undefined)
  assert.equal(endpointFault('http://192.168.1.5:8000', LOCAL), undefined)
  assert.notEqual(endpointFault('http://169.254.169.254/', LOCAL), undefined)
  assert.notEqual(endpointFault('http://user@127.0.0.1/', LOCAL), undefined)
  assert.ok(!addressAllowed('224.0.0.1', LOCAL) && !addressAllowed('nonsense', LOCAL))
})

/** A resolver that answers as it is told, a new answer each time. */
const resolver = (answers: string[][]) =>
  ((
    _name: string,
    _options: object,
    done: (error: null, found: { address: string; family: number }[]) => void,
  ) =>
    done(
      null,
      (answers.shift() ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never

const connectTo = (lookup: ReturnType<typeof guardedLookup>, all: boolean) =>
  new Promise<unknown>((resolve) => {
    lookup('models.example.com', { all }, (error, found) => resolve(error === null ? found : error.code))
  })

test('a name is checked at every connection, and one forbidden address is enough', async () => {
  const answers = [['93.184.215.14'], ['127.0.0.1'], ['93.184.215.14', '10.0.0.1'], [], ['::ffff:10.0.0.1']]
  const lookup = guardedLookup(PUBLIC_ENDPOINTS, resolver(answers))
  assert.equal(await connectTo(lookup, false), '93.184.215.14')
  for (let i = 0; i < 4; i++) assert.equal(await connectTo(lookup, i % 2 === 0), ENDPOINT_FORBIDDEN)
})
