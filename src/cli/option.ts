import { InvalidArgumentError } from 'commander'

/** Parses a whole number between two bounds. */
export const wholeOption =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    return value
  }

/** Parses one of a few words. */
export const wordOption =
  <Word extends string>(words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word === text)
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.`)
    return found
  }

/** Collects an option that may be given several times. */
export const listOption = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text]
