/** What the engine needs beside, and within, the files as their packages carry them. Pure functions on bytes. */
import { EarshotError } from '../errors.ts'

/**
 * Moonshine's vocabulary as the engine reads it: `base64(token) id` a line.
 * @param tokenizer for each id a length (one byte; from 128 on its low 7 bits + the next byte × 128) and the token's bytes
 */
export function moonshineTokens (tokenizer: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < tokenizer.length;) {
    let length = tokenizer[at++]!
    if (length > 127) length = (length & 127) + 128 * (tokenizer[at++] ?? 0)
    lines.push(`${Buffer.from(tokenizer.subarray(at, at + length)).toString('base64')} ${lines.length}`)
    at += length
  }
  return lines.join('\n') + '\n'
}

/** A one-element int64 tensor of 384 in a flatbuffer: its length in bytes, then the number. */
const MASK_STRIDE = Buffer.from([8, 0, 0, 0, 0x80, 0x01, 0, 0, 0, 0, 0, 0])

/**
 * Moonshine's decoder for speech of any length. Its graph takes every 384th element of an attention mask that sherpa-onnx
 * 1.13.8 passes at the length of the encoder's frames, so speech over 9.2 s comes out empty (k2-fsa/sherpa-onnx#3975,
 * fixed after that version). With a stride of 1 the tokens were those of the original graph on 31 of 31 clips.
 * @returns a changed copy
 */
export function withoutLengthLimit (decoder: Uint8Array): Uint8Array {
  const copy = Buffer.from(decoder)
  const found: number[] = []
  for (let at = copy.indexOf(MASK_STRIDE); at >= 0; at = copy.indexOf(MASK_STRIDE, at + 1)) found.push(at)
  if (found.length !== 2) throw new EarshotError('internal', `Moonshine's decoder has ${found.length} strides of 384 where 2 are expected.`)
  for (const at of found) copy.writeBigInt64LE(1n, at + 4)
  return copy
}

/** The part of a Piper voice's JSON that the engine needs. */
export interface PiperConfig {
  audio: { sample_rate: number }
  espeak: { voice: string }
  num_speakers: number
  phoneme_id_map: Record<string, number[]>
}

/** A voice's symbols as the engine reads them: `symbol id` a line, the space too. */
export function piperTokens (config: PiperConfig): string {
  return Object.entries(config.phoneme_id_map).map(([symbol, ids]) => `${symbol} ${ids[0]}\n`).join('')
}

/**
 * A Piper voice with the metadata that the engine looks for; without them it ends the process. They are the repeated field
 * `metadata_props` (14) of ONNX's ModelProto, entries of key (1) and value (2), and protobuf messages merge when they are joined.
 */
export function withPiperMetadata (onnx: Uint8Array, config: PiperConfig): Uint8Array {
  const entries = {
    model_type: 'vits',
    comment: 'piper',
    language: 'English',
    voice: config.espeak.voice,
    has_espeak: '1',
    n_speakers: String(config.num_speakers),
    sample_rate: String(config.audio.sample_rate)
  }
  const metadata = Object.entries(entries).map(([key, value]) => field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))])))
  return Buffer.concat([onnx, ...metadata])
}

/** One length-delimited protobuf field. Every length here fits into a byte. */
const field = (number: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([number << 3 | 2, content.length]), content])
