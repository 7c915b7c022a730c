import { LOCALE } from './number.ts'

/** Whether the language that a browser reports is one at all: some say `en-US@posix`. */
function isKnown(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    // Only a tag that is none throws.
    return false
  }
}

// Libraries ask the browser for its language as they load, and fail where it is none.
if (!isKnown(navigator.language))
  Object.defineProperty(navigator, 'language', { value: LOCALE, configurable: true })
