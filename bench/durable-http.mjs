// The peer of bench/rest.ts: node:http that parses a body, appends it to a file, syncs in groups, then answers.
import { createServer } from 'node:http'
import { groupSync } from './group-sync.mjs'

const keep = groupSync(process.argv[2])

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (data) => {
    body += data
  })
  request.on('end', () => {
    JSON.parse(body)
    keep(body, () => {
      response.writeHead(201, { 'content-type': 'application/json' })
      response.end(body)
    })
  })
})
server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`))
