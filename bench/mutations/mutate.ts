/**
 * All single edits of the files of an emitted folder, and a seeded choice of them.
 *
 * An edit replaces one stretch of one file: a token, or two operands that change places. Comments, file names, names of
 * modules, instances and ports stay as they are.
 */
import type { RandomStream } from '../../src/random/index.ts';
import type { TextFile } from '../../src/verilog/index.ts';
import { type Edit, EDIT_CLASSES, type EditClass, type PlacedEdit, type Rule } from './edit.ts';
import { constantEdits } from './rules/constants.ts';
import { indexEdits } from './rules/indices.ts';
import { operatorEdits } from './rules/operators.ts';
import { registerEdits } from './rules/registers.ts';
import { signEdits } from './rules/signs.ts';
import { tableEdits } from './rules/tables.ts';
import { widthEdits } from './rules/widths.ts';
import { wireEdits } from './rules/wires.ts';
import { readSources } from './source.ts';

/** Where two rules make the same edit, the first one has it. */
const rules: readonly (readonly [EditClass, Rule])[] = [
  ['sign', signEdits],
  ['register', registerEdits],
  ['wire', wireEdits],
  ['operator', operatorEdits],
  ['constant', constantEdits],
  ['width', widthEdits],
  ['index', indexEdits],
];

/** Make every edit of the sources (callees before callers) and the memory files of a folder; no two give the same text. */
export function allEdits(files: readonly TextFile[]): readonly Edit[] {
  const edits = new Map<string, Edit>();
  const add = (file: TextFile, editClass: EditClass, placed: readonly PlacedEdit[]): void => {
    for (const edit of placed) {
      const { offset, length, text } = edit;
      const key = JSON.stringify([file.path, offset, length, text]);
      const changes = file.text.slice(offset, offset + length) !== text;
      if (changes && !edits.has(key)) edits.set(key, { ...edit, path: file.path, class: editClass });
    }
  };
  for (const source of readSources(files).values()) {
    for (const [editClass, rule] of rules) add(source, editClass, rule(source));
    for (const [memory, path] of source.memoryFiles) {
      const file = files.find((other) => other.path === path);
      if (file !== undefined) add(file, 'table', tableEdits(file, source.declarations.get(memory)!.width));
    }
  }
  return [...edits.values()];
}

/**
 * Draw edits so that the classes are evenly represented, and within a class the kinds; where one has run out the others
 * fill up. The same stream draws the same edits; a larger count draws the same ones and more.
 */
export function chooseEdits(edits: readonly Edit[], count: number, random: RandomStream): readonly Edit[] {
  const classes = EDIT_CLASSES.map((name) => {
    const own = edits.filter((edit) => edit.class === name);
    const kinds = [...new Set(own.map(({ kind }) => kind))].map((kind) => {
      const same = own.filter((edit) => edit.kind === kind);
      return Array.from(random.split(`${name} ${kind}`).permutation(same.length), (k) => same[k]!);
    });
    return inTurn(kinds);
  });
  return inTurn(classes).slice(0, count);
}

/** Take one item of each list in turn until all are empty. */
function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) =>
    lists.flatMap((list) => (round < list.length ? [list[round]!] : [])),
  ).flat();
}
