// Rows as spreadsheets read them: quoted where needed, and never a formula.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printCsv } from '../../src/wire/csv.ts'

test('a line of names, a line a row, an empty cell for nothing', () => {
  assert.equal(
    printCsv(
      ['a', 'b'],
      [
        { a: 1, b: null },
        { a: 'x', b: true },
      ],
    ),
    'a,b\r\n1,\r\nx,true\r\n',
  )
})

test('commas, quotes and line ends are quoted', () => {
  assert.equal(printCsv(['a'], [{ a: 'say "hi", twice\n' }]), 'a\r\n"say ""hi"", twice\n"\r\n')
})

test('what would be a formula is text, and a number below zero is still a number', () => {
  const rows = ['=1+1', '+x', '@y', '-z', '-1.50', '\tq'].map((a) => ({ a }))
  assert.equal(printCsv(['a'], rows), "a\r\n'=1+1\r\n'+x\r\n'@y\r\n'-z\r\n-1.50\r\n'\tq\r\n")
})
