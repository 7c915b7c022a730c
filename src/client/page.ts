/** A list answer: some rows, and where to go on, or null at the end. */
export type Page<Row> = { data: Row[]; next_cursor: string | null }

/** Which page of a list: after what, and how many rows. */
export type PageQuery = { after?: string | undefined; limit?: number | undefined }

/** Every row of a list, page by page, as they are asked for. */
export async function* rowsOf<Row>(
  read: (after: string | undefined) => Promise<Page<Row>>,
): AsyncGenerator<Row, void> {
  let after: string | undefined
  do {
    const page = await read(after)
    yield* page.data
    after = page.next_cursor ?? undefined
  } while (after !== undefined)
}
