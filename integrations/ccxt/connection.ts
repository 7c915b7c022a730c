import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto'
import type { Dict, Int, Market, Str } from 'ccxt'
import type { BaseError } from 'ccxt'
import { Exchange, ExchangeError, ExchangeNotAvailable, functions, InvalidOrder } from 'ccxt'
import { DESCRIPTION } from './description.ts'

/** Rows that the exchange gives at once, at most. */
const PAGE_MOST = 1_000

/** A refusal, as far as it tells which class of ccxt's it is. `place` is the address that was asked. */
export type Refusal = { code: string; status: number; retryable: boolean; place: string }

/** What is not found where an order or a market was asked for has a name of its own in ccxt. */
function nameOf({ code, place }: Refusal): string {
  if (code !== 'not_found') return code
  if (place.includes('/v1/orders')) return 'order_not_found'
  return place.includes('/v1/instruments/') ? 'instrument_not_found' : code
}

type Request = { url: string; method: string; headers: Dict; body: Str }

/** How a Busbar exchange is reached: its address, its signatures, its refusals and its pages. */
export class BusbarConnection extends Exchange {
  override describe(): Dict {
    return this.deepExtend(super.describe(), { ...DESCRIPTION, precisionMode: functions.TICK_SIZE })
  }

  /** Milliseconds by the exchange's clock, once `loadTimeDifference` was called. */
  override nonce(): number {
    return this.milliseconds() - this.safeInteger(this.options, 'timeDifference', 0)
  }

  /**
   * A bearer key goes with the request. A key with a secret (HMAC) or a private key in PEM (Ed25519) signs
   * it and stays here: docs/signing.md.
   */
  override sign(
    path: string,
    api: string | string[] = 'public',
    method = 'GET',
    params: Dict = {},
    headers?: Dict,
    body?: Str,
  ): Request {
    const names = this.extractParams(path) as string[]
    const parts = Object.fromEntries(names.map((name) => [name, encodeURIComponent(String(params[name]))]))
    const rest = this.omit(params, names) as Dict
    let target = `/v1/${this.implodeParams(path, parts)}`
    const sent: Dict = { accept: 'application/json', ...headers }
    if (method !== 'GET' && method !== 'DELETE') {
      const { idempotencyKey, ...fields } = rest
      body = JSON.stringify(fields)
      sent['content-type'] = 'application/json'
      if (idempotencyKey !== undefined) sent['idempotency-key'] = idempotencyKey
    } else if (Object.keys(rest).length > 0) target += `?${this.urlencode(rest)}`
    const url = `${this.address()}${target}`
    if (api === 'private') Object.assign(sent, this.credentialsFor(method, url, target, body ?? ''))
    return { url, method, headers: sent, body }
  }

  /** Where the exchange is, without a slash at the end. */
  protected address(): string {
    return (this.urls['api'] as Dict)['rest'].replace(/\/+$/, '')
  }

  protected credentialsFor(method: string, url: string, target: string, body: string): Dict {
    this.checkRequiredCredentials()
    if (!this.secret && !this.privateKey) return { authorization: `Bearer ${this.apiKey}` }
    const timestamp = String(this.nonce())
    const nonce = this.randomBytes(16)
    const hash = createHash('sha256').update(body).digest('hex')
    const lines = ['BUSBAR1', method, new URL(url).host, target, hash, timestamp, nonce, this.apiKey]
    const text = Buffer.from(lines.join('\n'))
    return {
      'x-api-key': this.apiKey,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-recv-window': this.safeString(this.options, 'recvWindow', '5000'),
      'x-signature': this.secret
        ? createHmac('sha256', this.secret).update(text).digest('hex')
        : sign(null, text, createPrivateKey(this.privateKey)).toString('base64'),
    }
  }

  /** Raises the ccxt class of a refusal. Its message carries the whole problem document. */
  override handleErrors(
    status: number,
    _reason: string,
    url: string,
    _method: string,
    _headers: Dict,
    text: string,
    answer: Dict | undefined,
  ): undefined {
    if (status < 400) return undefined
    const refusal = this.refusalOf(answer, status, url)
    throw new (this.errorClassOf(refusal))(`${this.id} ${text === '' ? String(status) : text}`)
  }

  protected refusalOf(problem: Dict | undefined, status: number, place: string): Refusal {
    const code = this.safeString(problem, 'code', '')
    return { code, status, place, retryable: this.safeBool(problem, 'retryable', status >= 500) === true }
  }

  /** The class to raise. Only what may be tried again is a `NetworkError`. */
  protected errorClassOf(refusal: Refusal): typeof BaseError {
    const { exact, status: byStatus } = this.exceptions as Dict
    const known = exact[nameOf(refusal)]
    if (known !== undefined) return known
    if (refusal.retryable || refusal.status >= 500) return ExchangeNotAvailable
    if (refusal.status === 422 && refusal.place.includes('/v1/orders')) return InvalidOrder
    return byStatus[String(refusal.status)] ?? ExchangeError
  }

  /**
   * Rows of a list that the exchange gives newest first, page by page: those since an instant, or the
   * newest `limit`. A caller that names a cursor (`params.after`) gets the one page behind it.
   */
  protected async rowsOf(
    ask: (page: Dict) => Promise<Dict>,
    timeKey: string,
    since: Int,
    limit: Int,
    params: Dict,
  ): Promise<Dict[]> {
    const wanted = since === undefined ? (limit ?? 100) : Infinity
    const rows: Dict[] = []
    let after: Str = params['after']
    do {
      const size = Math.max(1, Math.min(PAGE_MOST, wanted - rows.length))
      const answer = await ask({ ...params, limit: size, ...(after === undefined ? {} : { after }) })
      const page = answer['data'] as Dict[]
      rows.push(...page)
      after = answer['next_cursor'] ?? undefined
      const oldest = this.timeOf(page.at(-1), timeKey)
      if (since !== undefined && oldest !== undefined && oldest < since) break
    } while (after !== undefined && rows.length < wanted && params['after'] === undefined)
    return rows
  }

  /** An RFC 3339 time of a row in milliseconds. */
  protected timeOf(row: Dict | undefined, key: string): Int {
    return this.parse8601(this.safeString(row, key))
  }

  /** The market's name at the exchange, where a symbol is given. */
  protected async instrumentOf(symbol: Str): Promise<[Market, Dict]> {
    await this.loadMarkets()
    if (symbol === undefined) return [undefined, {}]
    const market = this.market(symbol)
    return [market, { instrument: market.id }]
  }
}
