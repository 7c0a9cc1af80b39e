import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { freePort } from './free-port.ts'
import { openGateway, type Gateway } from './gateway.ts'
import type { Providers } from './providers.ts'
import { detour } from './replay/detour.ts'
import { CALLER_NUMBER, DEMO_NUMBER, seed, type Seed } from './replay/seed.ts'
import { FakeTwilioAccount } from './replay/twilio-account.ts'
import { buildTwilioApi } from './replay/twilio-api.ts'
import { TwilioPhone, type TwilioPhoneOptions } from './replay/twilio-phone.ts'

export interface LocalGatewayOptions {
  /** What the environment asks for; address, database and Twilio are replaced by local ones. */
  config: Config
  dataDir: string
  /** The port to listen on if it is free; 0 for any. */
  port: number
  /** The address that Twilio would know; left out: http://localhost:PORT. */
  publicUrl?: string
  seed: Omit<Seed, 'phoneNumber'>
  log: FastifyBaseLogger
  say: (sentence: string) => void
  /** In place of the configured ones. */
  providers?: Providers
}

/** A gateway on this machine that listens, with a stand-in for Twilio beside it and phones that call it over real sockets. */
export interface LocalGateway extends Gateway {
  /** Where it listens: http://localhost:PORT. */
  address: string
  /** What is asked of the stand-in: calls to place, numbers to set up, messages. */
  account: FakeTwilioAccount
  /** A new call that has not been made yet. */
  phone (options?: Partial<TwilioPhoneOptions>): TwilioPhone
}

/**
 * Opens a gateway that needs nothing from outside but its providers: embedded database, one user, one phone, one agent, Twilio played by the phones.
 * @throws {EarshotError} `conflict` when another process uses the data folder
 */
export async function openLocalGateway ({ config: wished, dataDir, port, publicUrl, seed: given, log, say, providers }: LocalGatewayOptions): Promise<LocalGateway> {
  const phones = new Map<string, TwilioPhone>()
  const account = new FakeTwilioAccount(systemClock)
  const twilio = await buildTwilioApi(given.twilioAuthToken, (callSid) => phones.get(callSid), account)
  const { MONGODB_URL: _, ...rest } = wished
  const listening = publicUrl === undefined ? await freePort(port) : port
  const config: Config = {
    ...rest,
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: listening,
    PUBLIC_URL: publicUrl ?? `http://localhost:${listening}`,
    DATA_DIR: dataDir,
    TWILIO_API_URL: await twilio.listen({ host: '127.0.0.1', port: 0 })
  }
  const gateway = await openGateway(config, { clock: systemClock, log, say, ...(providers && { providers }) }).catch(async (error: unknown) => {
    await twilio.close()
    throw error
  })
  await seed(gateway.deps.stores, { ...given, phoneNumber: DEMO_NUMBER })
  await gateway.app.listen({ host: config.HOST, port: config.PORT })
  const address = `http://localhost:${(gateway.app.server.address() as AddressInfo).port}`
  const known = publicUrl ?? address
  return {
    ...gateway,
    address,
    account,
    phone: (options = {}) => {
      const phone = new TwilioPhone({
        clock: systemClock,
        ...detour(known, address),
        voiceUrl: `${known}/twilio/voice`,
        from: CALLER_NUMBER,
        to: DEMO_NUMBER,
        accountSid: given.twilioAccountSid,
        authToken: given.twilioAuthToken,
        ...options
      })
      phones.set(phone.callSid, phone)
      return phone
    },
    close: async (graceMs) => {
      for (const phone of phones.values()) phone.hangUp()
      await gateway.close(graceMs)
      await twilio.close()
    }
  }
}
