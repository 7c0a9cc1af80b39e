// Stands in for the local speech server's process: reports as that one does, and answers with its own process id.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ServerReport } from '../../src/local-speech/server.ts'

process.on('disconnect', () => process.exit())
const report = (message: ServerReport) => process.send?.(message)
const server = createServer((request, response) => response.end(String(process.pid)))
server.listen(Number(process.argv[3]), '127.0.0.1', () => report({ kind: 'ready', port: (server.address() as AddressInfo).port }))
