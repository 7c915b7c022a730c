import type { IncomingMessage } from 'node:http'

/** How the client reached us, as far as the proxy before us says. */
export const schemeOf = ({ headers }: IncomingMessage): 'http' | 'https' =>
  headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
