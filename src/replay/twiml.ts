import { DOMParser, onErrorStopParsing, type Element } from '@xmldom/xmldom'

/** One element of a TwiML document, its text and attributes decoded. */
export interface Verb {
  name: string
  attributes: Record<string, string>
  text: string
  children: Verb[]
}

/**
 * The verbs inside `<Response>`, in order.
 * @throws {Error} when the text is not well-formed XML, or its root is not `<Response>`
 */
export const parseTwiml = (xml: string): Verb[] => {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml').documentElement
  if (root?.nodeName !== 'Response') throw new Error(`the root element is <${root?.nodeName ?? ''}>, not <Response>`)
  return toVerb(root).children
}

const toVerb = (element: Element): Verb => ({
  name: element.nodeName,
  attributes: Object.fromEntries(Array.from(element.attributes, ({ name, value }) => [name, value])),
  text: element.textContent ?? '',
  children: Array.from(element.childNodes).filter((node) => node.nodeType === node.ELEMENT_NODE).map((node) => toVerb(node as Element))
})
