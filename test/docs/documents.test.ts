import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { blocksOf, DOCUMENTS, NOT_READ } from './commands.ts'

const clone = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const markdownIn = (folder: string): string[] =>
  readdirSync(join(clone, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))

const documents = [...markdownIn('.'), ...markdownIn('docs')]
const text = (name: string): string => readFileSync(join(clone, name), 'utf8')

/** The anchors of a document: its headings in lower case, with dashes for spaces and without other signs. */
const anchorsOf = (name: string): string[] =>
  [...text(name).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )

test('there are documents', () => {
  assert.ok(documents.includes('README.md') && documents.length > 5)
})

for (const name of documents)
  test(`every link of ${name} leads somewhere`, () => {
    const links = [...text(name).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
    for (const link of links.filter((one) => !/^[a-z]+:/.test(one))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? name : join(dirname(name), path)
      assert.ok(existsSync(join(clone, target)), `${link}: there is no ${target}`)
      if (anchor !== undefined)
        assert.ok(anchorsOf(target).includes(anchor), `${link}: ${target} has no such heading`)
    }
  })

test('every document that shows commands is one whose commands are run, or says why not', () => {
  const showing = documents.filter((name) => blocksOf(text(name)).length > 0)
  const known: string[] = [...DOCUMENTS, ...Object.keys(NOT_READ)]
  assert.deepEqual(
    showing.filter((name) => !known.includes(name)),
    [],
  )
  for (const name of DOCUMENTS) assert.ok(showing.includes(name), `${name} shows no commands`)
})

test('README lists every setting, and no other', () => {
  const namesIn = (path: string) => new Set(text(path).match(/BUSBAR_[A-Z_]+/g))
  assert.deepEqual(
    [...namesIn('README.md')].filter((name) => !['BUSBAR_URL', 'BUSBAR_KEY'].includes(name)).sort(),
    [...namesIn('src/config.ts')].sort(),
  )
})

test('no block of commands is written in a way that would leave it out', () => {
  for (const name of DOCUMENTS)
    assert.doesNotMatch(text(name), /^\s*```(bash|shell|console|javascript|typescript|ts)\b/m, name)
})
