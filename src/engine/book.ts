export type Book = { todo: never }
