import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import type { RemoteOptions } from './remote-port.ts'
import { remotePort } from './remote-port.ts'
import { createMcpServer } from './server.ts'
import { openShelf } from './shelf.ts'

export type StdioOptions = { exchange: RemoteOptions; docsFolder: string; version: string }

/** Serves the tools of an exchange that is reached over HTTP, on this process's own input and output. */
export function serveTools({ exchange, docsFolder, version }: StdioOptions): Promise<void> {
  const port = remotePort(exchange)
  const shelf = openShelf(docsFolder)
  const transport = new StdioServerTransport()
  return new Promise((resolve) => {
    serveStdio(
      // Which scopes the key has, the exchange knows: what it may not do is refused there.
      () => createMcpServer({ port, shelf, version, may: () => true }),
      { transport },
    )
    const close = transport.onclose
    transport.onclose = () => {
      close?.()
      resolve()
    }
  })
}
