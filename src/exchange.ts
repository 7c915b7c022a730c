import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname, join } from 'node:path'
import { createAccountFeed } from './feed/account-feed.ts'
import { createVenueFeeds } from './feed/venue-feed.ts'
import { createFeed } from './feed/feed.ts'
import { printAsyncApi } from './contract/asyncapi.ts'
import { printOpenApi } from './contract/openapi.ts'
import { openDesks } from './api/desks.ts'
import type { Caller } from './api/operation.ts'
import { certifyThrough, createQualifications } from './api/qualification-desk.ts'
import { RateLimiter, ratesFor } from './api/rate.ts'
import { createTickets } from './api/ticket.ts'
import type { Venue } from './api/venue.ts'
import { later, MICROS_PER_HOUR, toMs } from './base/time.ts'
import type { Config } from './config.ts'
import { endpointPolicy } from './delivery/endpoint.ts'
import { systemTimer } from './delivery/timer.ts'
import type { Log } from './delivery/venue-log.ts'
import { releaseOrphans } from './delivery/gateway.ts'
import { bearYoung } from './delivery/pretenuring.ts'
import type { Signer } from './delivery/receipt.ts'
import { createSigner, signingKey } from './delivery/receipt.ts'
import type { Fulfilment } from './fulfilment.ts'
import { createFulfilment } from './fulfilment.ts'
import { ensureOperator, ensureProber, listLaunchGrades, reopenMarkets, setPace } from './founding.ts'
import { serveGridSocket } from './grid/socket.ts'
import { createGridSurface } from './grid/surface.ts'
import type { CompletionsParts } from './http/completions.ts'
import { createCompletions } from './http/completions.ts'
import { createDocuments } from './http/documents.ts'
import { createMetrics } from './http/metrics.ts'
import { loadPage } from './http/page.ts'
import { createRequestIds } from './http/request-id.ts'
import { createHttpServer } from './http/server.ts'
import { createSessions } from './http/session.ts'
import { serveStream } from './http/stream.ts'
import { makeFolder } from './journal/disk.ts'
import { initJournal, isVacant, openJournal } from './journal/sqlite-journal.ts'
import type { Document } from './mcp/shelf.ts'
import { openShelf, textsOf } from './mcp/shelf.ts'
import { createMcpSurface } from './mcp/surface.ts'
import { createDeliveryMetrics } from './telemetry/delivery-metrics.ts'
import { openReporting } from './telemetry/reporting.ts'
import type { Market } from './market/market.ts'
import { createMarket } from './market/market.ts'
import { systemClock } from './sequencer/alarm.ts'
import type { Folds } from './sequencer/checkpoint.ts'
import { widenInlining } from './sequencer/inlining.ts'
import { openSequencer } from './sequencer/sequencer.ts'
import { createVault, loadMasterKey } from './store/secret.ts'
import type { Stores } from './stores.ts'
import { openStores } from './stores.ts'
import { VERSION } from './version.ts'
import type { CourierParts } from './webhook/courier.ts'
import { createCourier } from './webhook/courier.ts'

/** How long running requests may still take when the exchange closes. */
const DRAIN_MS = 5_000
const PRUNE_MS = 60_000
const IDEMPOTENCY_HOURS = 48
/** Names by which a machine calls itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const NONCE_MS = 120_000

/** A running exchange. */
export type Exchange = {
  venue: Venue
  /** Where it listens. */
  baseUrl: string
  /** The secret of the first operator key. */
  operatorKey: string
  setReady(): void
  /** Who the page's visitor is from now on; null: nobody, until they give a key. */
  welcome(guest: Omit<Caller, 'ip'> | null): void
  /** Running requests finish or end in an error event, what was submitted becomes durable, all is let go. */
  close(): Promise<void>
}

export type ExchangeOptions = {
  config: Config
  log: Log
  /** Folder of the built page. */
  pageFolder: string
  /** Folder of the documents that agents read. */
  docsFolder: string
  /** A promise was broken or storage failed: nothing more is acknowledged, and the process must end. */
  onFatal: (error: unknown) => void
}

const foldsOf = (market: Market): Folds => ({
  dump: () => market.dump(),
  restore: (text) => {
    if (text !== null) market.restore(text)
  },
})

/** Opens the data folder, or begins a new exchange in a vacant one, and serves it. */
export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  widenInlining()
  bearYoung()
  const { config, log, onFatal } = options
  makeFolder(dirname(config.keyFile))
  const vault = createVault(loadMasterKey(config.keyFile))
  if (isVacant(config.data)) await initJournal(config.data)
  const onWarning = (line: string) => log.warn({}, line)
  const journal = await openJournal({ folder: config.data, onFatal, onWarning })
  const stores = await openStores(config, journal, vault, onFatal)
  const { history } = stores
  const market = createMarket()
  const sequencer = await openSequencer({
    journal,
    onFatal,
    onWarning,
    folds: foldsOf(market),
    seen: history.watermark(),
    onReplay: async (batch) => {
      market.apply(batch)
      history.apply(batch)
      await history.room()
    },
  })
  const signer = createSigner(signingKey(vault.derive('receipt-signing')))
  const feeds = openFeeds(config, { sequencer, history, clock: systemClock, log }, stores, market, signer)
  await releaseOrphans(sequencer)
  await reopenMarkets(sequencer, config.reopening)
  await setPace(sequencer, config.pace)
  await listLaunchGrades(sequencer)
  const operatorKey = await ensureOperator(sequencer, stores.keys, config.data)

  const isLogged = config.logLevel === 'debug' || config.logLevel === 'info'
  const reporting = await openReporting({ log, isLogged, otlp: config.otlp, version: VERSION })
  const delivery = createFulfilment(config, sequencer, stores, log, reporting, await ensureProber(sequencer))
  const venue: Venue = {
    sequencer,
    market,
    ...stores,
    courier: feeds.courier,
    tickets: createTickets(systemClock),
    qualifications: createQualifications({
      qualify: delivery.qualify,
      certify: certifyThrough(sequencer, systemClock),
      clock: systemClock,
      onFailure: (id, error) =>
        log.error({ qualification: id, error }, 'a qualification could not be carried out'),
    }),
    rates: new RateLimiter(ratesFor(config.orderRate)),
    signer,
    settings: {
      version: VERSION,
      receiptPublicKey: signer.publicKey,
      briefQualification: config.briefQualifications,
      allowPrivateSuppliers: config.allowPrivateSuppliers,
    },
    clock: systemClock,
    log,
  }
  return serve(options, venue, feeds, delivery, stores, operatorKey)
}

type Feeds = ReturnType<typeof openFeeds>

/** Whoever is told without asking: the stream, accounts on it, and webhooks. */
function openFeeds(
  config: Config,
  venue: CourierParts['venue'],
  { webhooks }: Stores,
  market: Market,
  signer: Signer,
) {
  const { sequencer, history, log } = venue
  const feed = createFeed(market, systemClock)
  const accounts = createAccountFeed({ sequencer, history, log })
  const policy = endpointPolicy(config)
  const courier = createCourier({ venue, webhooks, signer, policy, timer: systemTimer })
  sequencer.onCommit((batch) => {
    history.apply(batch)
    // What accounts are told is laid out only where somebody listens, and once for all who do.
    if (accounts.isFollowed() || !webhooks.isEmpty()) {
      const told = history.told(batch)
      accounts.publish(told)
      courier.notice(told)
    }
    feed.publish(market.apply(batch))
  })
  return { feed, accounts, courier }
}

async function serve(
  options: ExchangeOptions,
  venue: Venue,
  feeds: Feeds,
  delivery: Fulfilment,
  stores: Stores,
  operatorKey: string,
): Promise<Exchange> {
  const { config } = options
  const metrics = createMetrics(gaugesOf(venue))
  delivery.reporting.add(createDeliveryMetrics(metrics.registry))
  const sessions = createSessions(Date.now)
  const requestIds = createRequestIds(Date.now())
  let baseUrl = ''
  let isReady = false
  let guest: Omit<Caller, 'ip'> | null = null
  const consumption: CompletionsParts = {
    venue,
    complete: (request, response) => delivery.complete(request, response),
    count: (body, instrument) => delivery.gateway.count(body, instrument),
    sessions,
    metrics,
    requestIds,
  }
  const completions = createCompletions(consumption)
  const grid = createGridSurface(consumption)
  const shelf = openShelf(options.docsFolder)
  const hosts = [...LOOPBACK, config.host, ...config.publicHosts]
  const mcp = createMcpSurface({ venue, requestIds, shelf, hosts, baseUrl: () => baseUrl })
  const documents = createDocuments({
    ...descriptions(options, shelf),
    metrics,
    isReady: () => isReady,
    history: () => venue.history.standing().state,
    sessions,
    guest: () => guest,
  })
  const server = createHttpServer({ venue, completions, grid, mcp, documents, sessions, metrics, requestIds })
  const hub = { venue, ...feeds, ...createVenueFeeds(venue), nextId: () => requestIds.next() }
  const closeStream = serveStream(server, hub, metrics)
  const closeGridSocket = serveGridSocket(server, venue)
  const desks = openDesks(venue)
  const pruning = setInterval(() => void prune(venue), PRUNE_MS)
  const close = async () => {
    isReady = false
    clearInterval(pruning)
    server.close()
    closeStream()
    closeGridSocket()
    await Promise.all([mcp.close(), feeds.courier.close()])
    await desks.stop()
    await letGo(server, venue, delivery, stores)
  }
  try {
    await listen(server, config)
  } catch (error) {
    await close()
    throw error
  }
  baseUrl = baseUrlOf(server, config.host)
  const setReady = () => {
    isReady = true
    delivery.prober.start()
  }
  const welcome = (caller: typeof guest) => {
    guest = caller
  }
  return { venue, baseUrl, operatorKey, setReady, welcome, close }
}

/** What the state is asked whenever metrics are. */
const gaugesOf = ({ sequencer: { state }, history }: Venue) => ({
  seq: () => state.seq,
  openOrders: () => state.orders.live,
  openDraws: () => state.draws.size,
  historyBehind: () => history.standing().behind,
  historyReachable: () => (history.standing().state === 'current' ? 1 : 0),
})

/** Running requests end, what was submitted becomes durable, and what is held is let go, in that order. */
async function letGo(server: Server, venue: Venue, delivery: Fulfilment, stores: Stores): Promise<void> {
  await delivery.prober.stop()
  await delivery.gateway.drain(DRAIN_MS)
  server.closeAllConnections()
  await venue.sequencer.close()
  await delivery.close()
  await stores.close()
}

/** The page, and what programs read about the API. */
const descriptions = ({ pageFolder, docsFolder }: ExchangeOptions, shelf: readonly Document[]) => ({
  texts: textsOf(docsFolder, shelf),
  page: existsSync(join(pageFolder, 'index.html')) ? loadPage(pageFolder) : null,
  openapi: JSON.stringify(printOpenApi(VERSION)),
  asyncapi: JSON.stringify(printAsyncApi(VERSION)),
})

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      const line = taken
        ? `port ${port} on ${host} is in use. Stop what uses it, or choose another with BUSBAR_PORT`
        : `cannot listen on ${host}:${port}: ${error.message}`
      reject(new Error(line, { cause: error }))
    })
    server.listen(port, host, () => resolve())
  })
}

function baseUrlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Forgets what no longer protects anything. */
async function prune({ nonces, idempotency, history, clock, log }: Venue): Promise<void> {
  const { state, reason, behind } = history.standing()
  if (state !== 'current') log.warn({ reason, behind }, 'history cannot be written; trading goes on')
  try {
    const now = clock()
    await nonces.prune(toMs(now) - NONCE_MS)
    await idempotency.prune(later(now, -IDEMPOTENCY_HOURS * MICROS_PER_HOUR))
  } catch (error) {
    log.error({ error }, 'old nonces and idempotency keys could not be forgotten')
  }
}
