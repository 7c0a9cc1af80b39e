/**
 * Text without markdown, tags, emoji and emoticons. It never grows, it may be a piece of a longer text (half of a bold pair, the end
 * of a link), and plain text stays as it is. Lines stay lines.
 */
export function plainText (text: string): string {
  let plain = text
  // What is removed can bring two marks together that then are one ("*😀*"), so again until nothing changes; every round is shorter.
  for (let next = removeMarks(plain); next !== plain; next = removeMarks(plain)) plain = next
  return plain
}

/** One row of rules for whole lines, one for what stands inside them. */
const LINE_RULES: Array<[RegExp, string]> = [
  // Fences, rules, the line under a table's head.
  [/^\s*(?:`{3,}|~{3,})[\w+-]*\s*$/, ''],
  [/^\s*([-*_])(?:\s*\1){2,}\s*$/, ''],
  [/^(?=.*-)(?=.*\|)[\s|:-]+$/, ''],
  // Headings, quotes, bullets, check boxes.
  [/^\s*#{1,6}\s+/, ''],
  [/^\s*>+\s?/, ''],
  [/^\s*[-*+•◦▪‣]\s+(?=\S)/, ''],
  [/^\s*\[[ xX]\]\s+/, '']
]

const INLINE_RULES: Array<[RegExp, string]> = [
  // Links and pictures become their text, also the half that a piece begins with.
  [/!?\[([^[\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\)/g, '$1'],
  [/\]\([^()\s]*\)/g, ''],
  [/\[\^[^[\]\n]+\]/g, ''],
  [/\[([^[\]\n]+)\]\[[^[\]\n]*\]/g, '$1'],
  [/<((?:https?:\/\/|mailto:)?[^\s<>]+[.@][^\s<>]+)>/g, '$1'],
  [/<\/?[a-z][a-z0-9-]*(?:\s[^<>\n]*)?\/?>/gi, ' '],
  [/\\([\\`*_{}[\]()#+\-.!|~>])/g, '$1'],
  [/[\\^`{}]+/g, ''],
  [/\*{2,}|_{2,}|~{2,}/g, ''],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/gu, '$1'],
  [/\*(?=\p{L})|(?<=[\p{L}.,!?;:)"'”’])\*/gu, ''],
  [/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, ''],
  // Pictures: emoji with all that modifies them, and the other symbols that have no sound (degrees do).
  [/(?![°№℃℉])[\p{So}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\uFE0E\uFE0F\u20E3\u{E0020}-\u{E007F}]/gu, ''],
  [/(?<![\p{L}\p{M}])\u200D|\u200D(?![\p{L}\p{M}])/gu, ''],
  [/(?<=^|\s)[:;]['’]?-?[)(DP](?=\s|$)/gm, '']
]

const SPACE_RULES: Array<[RegExp, string]> = [
  [/[^\S\n]+/g, ' '],
  [/ ?\n[ \n]*/g, '\n'],
  [/ ([.,!?;:…])(?=\s|$)/g, '$1']
]

function removeMarks (text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n').map((line) => applyRules(line, LINE_RULES)).join('\n')
  return applyRules(applyRules(lines, INLINE_RULES), SPACE_RULES).trim()
}

/** Replaces by each pair of a pattern and its replacement, in order. */
export function applyRules (text: string, rules: ReadonlyArray<readonly [RegExp, string]>): string {
  return rules.reduce((changed, [pattern, replacement]) => changed.replace(pattern, replacement), text)
}
