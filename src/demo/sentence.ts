/** How an answer opens: honest about what speaks. `{topic}` is the prompt's own subject. */
export const OPENINGS = [
  'I am a local sample model, so take this as a sketch and not as advice: a short answer about {topic}.',
  'A note first: a sample model that runs on this machine wrote this from templates. Now, to {topic}.',
  'You asked about {topic}. I am a small local sample model, and answer in sentences made from your words.',
  'Here is what a local sample model can say about {topic}. It knows your words, and little more.',
]

/** What is said about the prompt's words, `{a}` and `{b}`, until the answer is long enough. */
export const SENTENCES = [
  'Start with {a}, because the rest of the question rests on it.',
  'Any change to {a} tends to reach {b} a step or two later, so it pays to watch both.',
  'Most people who ask about {a} find that the hard part is {b}.',
  'A good test is simple: take away {a} and see whether the talk of {b} still makes sense.',
  'Write down what you know about {a}, then what you only assume about {b}.',
  'The first idea about {a} is rarely right, and that is fine, because ideas are cheap to change.',
  'Seen from the other side, the value of {a} comes from {b}.',
  'Two things are easy to miss here: the time spent on {a}, and who pays for {b}.',
  'Where opinions about {a} and {b} differ, trust the one that you can measure.',
  'It helps to name one person for {a} and one date for {b}.',
  'Small steps work best: try something with {a}, look at the result, and only then touch {b}.',
  'There is no single answer, but there is an order: {a} first, {b} second, and everything else after that.',
  'Keep the part about {a} plain, since every clever word in it has to be explained again later.',
  'Ask what could go wrong with {b}, and check that first.',
  'In practice people spend less on {a} than they fear, and a little more on {b}.',
  'The same idea returns at each scale, from the smallest case of {a} to the largest.',
  'Where there is little of {b}, people plan ahead, and where there is plenty, they simply try again.',
  'Half of the work on {a} is to decide what to leave out.',
  'Look at {a} next to last year rather than next to a perfect world.',
  'Once everyone can see the facts about {b}, most arguments about {a} end by themselves.',
]

/** Said once in an answer long enough to have room for it. */
export const ASIDES = [
  'By the way, this answer is counted as it passes through the exchange, and its receipt says at what price.',
  'By the way, another supplier of the same grade could have written this, for the same price per unit.',
  'By the way, these words came from a model server on your own machine, chosen from all who owe this grade.',
]

/** How an answer ends. */
export const CLOSINGS = [
  'In short: begin with {a}, keep an eye on {b}, and look again when you know more.',
  'So the short answer is {a} first, and {b} as soon as you can afford it.',
  'That is the whole of it: push on {a}, and watch what happens to {b}.',
]

/** Where a prompt has no words of its own to speak about. */
export const TOPIC_WORDS = ['price', 'time', 'quality', 'supply', 'demand', 'choice']

/** Every word above. Each is a single token of the grades' tokenizer, which a test holds. */
export const SENTENCE_WORDS: ReadonlySet<string> = new Set(
  [...OPENINGS, ...SENTENCES, ...ASIDES, ...CLOSINGS, ...TOPIC_WORDS].flatMap(
    (line) => line.replaceAll(/\{\w+\}/g, '').match(/[A-Za-z]+/g) ?? [],
  ),
)
