/** A sample in the range of PCM16: rounded, and cut off at full scale. */
export const toInt16 = (sample: number): number => sample >= 32767 ? 32767 : sample <= -32768 ? -32768 : Math.round(sample)
