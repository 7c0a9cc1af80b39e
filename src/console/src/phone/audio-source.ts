import { microphoneError, PhoneError } from './phone-error.ts'

/** Where the caller's voice comes from. */
export interface AudioSource {
  node: AudioNode
  /** The call has begun. */
  start (): void
  stop (): void
}

/**
 * The microphone, through the browser's echo canceller: without it the agent hears itself in the loudspeaker and stops.
 * @throws {PhoneError}
 */
export async function openMicrophone (context: AudioContext): Promise<AudioSource> {
  if (!window.isSecureContext) throw new PhoneError('insecure_page')
  if (navigator.mediaDevices === undefined) throw new PhoneError('unsupported')
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }
  const stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((cause: unknown) => { throw microphoneError(cause) })
  return {
    node: context.createMediaStreamSource(stream),
    start: () => {},
    stop: () => { for (const track of stream.getTracks()) track.stop() }
  }
}

/** A recording in place of the microphone, played once from the beginning of the call. @throws {PhoneError} */
export async function openFile (context: AudioContext, file: Blob): Promise<AudioSource> {
  const buffer = await file.arrayBuffer().then((bytes) => context.decodeAudioData(bytes)).catch((cause: unknown) => { throw new PhoneError('unreadable_file', { cause }) })
  const node = context.createBufferSource()
  node.buffer = buffer
  return { node, start: () => node.start(), stop: () => node.disconnect() }
}
