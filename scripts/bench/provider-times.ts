/** The simulated providers' own times, in milliseconds: those of fast clouds. A reply cannot come sooner than their sum after the caller's last sound. */
export const RECOGNITION_MS = 300
export const FIRST_TOKEN_MS = 350
export const FIRST_BYTE_MS = 150
export const PROVIDERS_MS = RECOGNITION_MS + FIRST_TOKEN_MS + FIRST_BYTE_MS
