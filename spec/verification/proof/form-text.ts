/** Forms as text, as docs/proof.md shows them. */
import { greatest, least } from '../../../src/verification/proof/index.ts';
import type { Atom, Form, Linear } from '../../../src/verification/proof/index.ts';

/** Write a form; sums that have a name are not opened. */
export function formText(form: Form, names: ReadonlyMap<Linear, string> = new Map()): string {
  const { constant } = form;
  const rest = constant === 0n ? '' : constant < 0n ? ` − ${-constant}` : ` + ${constant}`;
  const name = names.get(form.linear);
  if (name !== undefined) return name + rest;
  const terms = form.linear.atoms.map((atom, k) => {
    const coefficient = form.linear.coefficients[k]!;
    const size = coefficient < 0n ? -coefficient : coefficient;
    const sign = coefficient < 0n ? (k === 0 ? '−' : ' − ') : k === 0 ? '' : ' + ';
    return `${sign}${size === 1n ? '' : `${size}·`}${atomText(atom, names)}`;
  });
  if (terms.length === 0) return `${constant}`.replace('-', '−');
  return terms.join('') + rest;
}

function atomText({ meaning }: Atom, names: ReadonlyMap<Linear, string>): string {
  const text = (form: Form): string => formText(form, names);
  switch (meaning.kind) {
    case 'input':
    case 'opaque':
      return meaning.name;
    case 'floor':
      return `⌊(${text(meaning.of)}) / ${2 ** meaning.shift}⌋`;
    case 'select':
      return `(${text(meaning.condition)} ? ${text(meaning.a)} : ${text(meaning.b)})`;
    case 'zero':
      return `[${text(meaning.of)} = 0]`;
    case 'product':
      return `(${text(meaning.a)})·(${text(meaning.b)})`;
    case 'table':
      return `table(${text(meaning.of)})`;
    case 'and':
    case 'xor':
      return `${meaning.kind}(${meaning.operands.map(text).join(', ')})`;
    case 'cast':
      return `cast(${text(meaning.of)}, drop ${meaning.drop})`;
    case 'delayed':
      return `${atomText(meaning.of, names)}@${meaning.cycles}`;
    default:
      return meaning satisfies never;
  }
}

export function intervalText(form: Form): string {
  return `${least(form)} … ${greatest(form)}`.replaceAll('-', '−');
}
