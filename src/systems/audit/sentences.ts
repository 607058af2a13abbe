/** Sentences about an audit that terminal, report and exit share, and what a proof rests on. */
import { formatNumber } from '../../report/index.ts';
import { type AuditResult, openCount, type ProofMethod } from './audit-result.ts';

/** How a name is set: as it is in a terminal, as code in a report. */
export type NameStyle = (name: string) => string;

const plain: NameStyle = (name) => name;

/** The result in one sentence. */
export function verdictText(result: AuditResult, style: NameStyle = plain): string {
  const { verdict, sources, design, difference } = result;
  const [model, verilog] = [style(sources.model), style(sources.verilog)];
  switch (verdict) {
    case 'proved':
      return `For every one of the ${powerOfTwo(design.inputBits)} input vectors, ${verilog} computes what ${model} says, ${delayText(design.latencyCycles)}.`;
    case 'different':
      return `${verilog} does not compute what ${model} says. ${difference?.sentence ?? ''}`.trimEnd();
    case 'open':
      return `It is not proved that ${verilog} computes what ${model} says: ${openText(result)}; no input is known that shows a difference.`;
  }
}

/** Why an audit without a difference ends in failure; undefined unless something is open. */
export function unprovedText(result: AuditResult): string | undefined {
  if (result.verdict !== 'open') return undefined;
  return `not proved: ${openText(result)}; no input is known that shows a difference`;
}

/** Say how much is open, and where it begins. */
function openText({ claims }: AuditResult): string {
  const modules = claims.flatMap(({ name, modules: all }) => all.map((module) => ({ name, ...module })));
  const all = modules.reduce((sum, { outputs }) => sum + outputs, 0);
  const open = modules.reduce((sum, module) => sum + openCount(module), 0);
  const first = modules.find(({ verdict }) => verdict === 'open');
  if (first === undefined) return 'there is a claim without a proof of any module';
  const where = `${open === 1 ? '' : 'the first '}in ${first.module} (${first.name})`;
  return `${formatNumber(open)} of ${formatNumber(all)} equalities ${open === 1 ? 'is' : 'are'} open, ${where}`;
}

/** How much later a result comes. */
export function delayText(cycles: number): string {
  if (cycles === 0) return 'in the same clock cycle';
  return `${cycles} clock ${cycles === 1 ? 'cycle' : 'cycles'} later`;
}

const raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'] as const;

/** Write 2 to a power: 2¹²⁸. */
export function powerOfTwo(exponent: number): string {
  return `2${[...String(exponent)].map((digit) => raised[Number(digit)]).join('')}`;
}

/** What each rule is, for a reader who has never heard of it. */
export const METHOD_TEXTS: Readonly<Record<ProofMethod, string>> = {
  'normal form':
    'both sides were rewritten, by exact rules of arithmetic, into one and the same weighted sum of the same terms.',
  enumeration: 'both sides depend on one value alone and were computed for every code that this value can take.',
  satisfiability:
    'both sides were written out in bits, and a complete search showed that no assignment of these bits makes the two differ.',
};

/** What must be right for a proof to be worth something, heaviest first. */
export const TRUSTED: readonly string[] = [
  '**The definition of the model.** What the model file says is, by definition, what the plain reading of the compiler computes: layer by layer, with a multiplier for every weight, rounding and overflowing only where a format asks for it. This reading is the specification. Whatever is done after it to make the circuit small and fast (shared adders, narrow words, pipeline registers) is proved and need not be trusted.',
  '**The Verilog front end of Yosys.** The text is read by Yosys (`proc`, `opt_clean`), which is not ours, and our reader takes its netlist from JSON. Both are believed. Nothing is believed of the synthesis of Yosys, nor of the program that printed the Verilog.',
  '**The rules of proof.** They are code of this package, stated in `docs/proof.md`, on a JavaScript engine that is believed to compute. A difference needs no trust: its input can be simulated by anybody.',
  '**Not covered** are the timing of the circuit, what synthesis, placement and routing make of the Verilog, and whether the model is any good.',
];
