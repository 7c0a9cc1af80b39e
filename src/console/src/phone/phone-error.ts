export type PhoneErrorCode =
  /** The person, or the browser's settings, said no to the microphone. */
  | 'permission_denied'
  | 'no_microphone'
  /** Another program has it. */
  | 'microphone_busy'
  /** The file in place of the microphone is no audio that this browser knows. */
  | 'unreadable_file'
  /** Browsers give the microphone to https:// pages and to localhost only. */
  | 'insecure_page'
  /** The browser has no AudioWorklet or no microphone at all. */
  | 'unsupported'
  /** The gateway did not open a line; the message says why. */
  | 'refused'
  /** The media socket could not be opened, or broke. */
  | 'connection_lost'

/** Why there is no call, or none any more. */
export class PhoneError extends Error {
  readonly code: PhoneErrorCode

  constructor (code: PhoneErrorCode, options: ErrorOptions & { message?: string } = {}) {
    super(options.message ?? code, options)
    this.name = 'PhoneError'
    this.code = code
  }
}

/** By the names of the exceptions that getUserMedia ends with (https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia). */
const CODES: Readonly<Record<string, PhoneErrorCode>> = {
  NotAllowedError: 'permission_denied',
  SecurityError: 'permission_denied',
  NotFoundError: 'no_microphone',
  OverconstrainedError: 'no_microphone',
  NotReadableError: 'microphone_busy',
  AbortError: 'microphone_busy'
}

/** Why the microphone cannot be had. */
export const microphoneError = (cause: unknown): PhoneError =>
  new PhoneError((cause instanceof Error && CODES[cause.name]) || 'no_microphone', { cause })
