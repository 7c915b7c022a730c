import { answerWith } from '../../src/thread/answering.ts'

/** Gives every word back; one ends the thread, and one keeps it busy for ever. */
answerWith<string, string>((word) => {
  if (word === 'leave') process.exit(3)
  if (word === 'spin') for (;;);
  return word
})
