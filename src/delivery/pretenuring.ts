import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from making objects old at birth where many of their kind lived long under load, as parts of a
 * request do. Such an object is found dead only by a full collection, and until then whatever it points to,
 * in the end a whole request, is copied and grows old too. For the whole process, before anything is hot.
 */
export const bearYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring')
