// The peer of bench/rest.ts: node:http that parses a body, appends it to a file, syncs in groups, then answers.
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const file = openSync(join(process.argv[2], 'peer.log'), 'a')
let waiting = []
let isSyncing = false

function sync() {
  if (isSyncing || waiting.length === 0) return
  isSyncing = true
  const batch = waiting
  waiting = []
  writeSync(file, batch.map(({ body }) => body).join('\n'))
  fdatasync(file, (error) => {
    if (error) throw error
    isSyncing = false
    for (const { body, response } of batch) {
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(body)
    }
    sync()
  })
}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (data) => {
    body += data
  })
  request.on('end', () => {
    JSON.parse(body)
    waiting.push({ body, response })
    sync()
  })
})
server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`))
process.on('exit', () => closeSync(file))
