/**
 * Whether the proof of emitted Verilog sees every fault and reports no text without one.
 *
 *     npm run study:mutations -- [--count N] [--seed S] [--only NAME] [--smoke] [--json]
 *
 * Emits the designs of `mutations/designs.ts`, makes N single edits of their Verilog and memory files in all (operators,
 * constants, widths, indices, signs, registers, table entries, wires; 600 unless said otherwise), lets the proof judge
 * each, and Icarus Verilog tell whether behaviour is changed. Prints the tally, and every edit that was missed, reported
 * without cause or left open. `--only` takes the designs whose name contains a text, `--smoke` a few edits of two small
 * designs (half a minute). Seeded.
 * Exit code 1: an edit was missed, or one that changes nothing was reported.
 */
import { parseArgs } from 'node:util';
import { textTable } from '../src/report/index.ts';
import { findTool } from '../src/verification/index.ts';
import { MUTATION_DESIGNS } from './mutations/designs.ts';
import { type StudiedEdit, studyDesign } from './mutations/run-study.ts';
import { type Outcome, tallyTable } from './mutations/tally.ts';
import { proveEmitted } from './mutations/verdict.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const designs = MUTATION_DESIGNS.filter(
  ({ name, smoke }) => name.includes(values.only) && (smoke === true || !values.smoke),
);
if (designs.length === 0) throw new Error(`No design of the study has "${values.only}" in its name.`);
const count = Number(values.count ?? (values.smoke ? 32 : 600));
if (!(Number.isSafeInteger(count) && count > 0))
  throw new Error(`--count is ${values.count}; it must be an integer above 0.`);
if ((await findTool('iverilog')) === undefined)
  throw new Error('The study needs Icarus Verilog to tell the truth; install it with "apt-get install iverilog".');

const started = performance.now();
const studied: StudiedEdit[] = [];
for (const [k, design] of designs.entries()) {
  const share = Math.ceil((count - studied.length) / (designs.length - k));
  console.error(`${design.name}: ${design.about}`);
  let done = 0;
  const onEdit = ({ outcome, description }: StudiedEdit): void => {
    done += 1;
    console.error(`  ${done}/${share} ${outcome}: ${description}`);
  };
  studied.push(...(await studyDesign(design, { count: share, seed: values.seed, prove: proveEmitted, onEdit })));
}

const having = (...outcomes: readonly Outcome[]): readonly StudiedEdit[] =>
  studied.filter(({ outcome }) => outcomes.includes(outcome));
const table = tallyTable(studied);
if (values.json) console.log(JSON.stringify({ seed: values.seed, edits: studied }));
else {
  console.log(textTable(table));
  for (const { outcome, design, description, truth, verdict } of having('missed', 'false alarm', 'open')) {
    const seen = truth.kind === 'different' ? truth.difference.sentence : truth.kind === 'refused' ? truth.reason : '';
    console.log(`${outcome} in ${design}: ${description}`);
    console.log(`  simulation: ${truth.kind}. ${seen}`.trimEnd());
    console.log(`  proof: ${verdict.verdict}. ${verdict.reason ?? ''}`.trimEnd());
  }
  const sum = (of: (edit: StudiedEdit) => number): string => studied.reduce((a, edit) => a + of(edit), 0).toFixed(0);
  const tried = studied.filter(({ truth }) => truth.kind === 'same' && !truth.exhaustive).length;
  console.log(
    `\n${studied.length} edits of ${designs.length} designs in ${((performance.now() - started) / 1000).toFixed(0)} s: ` +
      `simulation ${sum(({ truthSeconds }) => truthSeconds)} s, proofs ${sum(({ proofSeconds }) => proofSeconds)} s. ` +
      `Seed ${values.seed}. Unchanged behaviour was tried for every input code` +
      `${tried === 0 ? '' : `, of ${tried} edits on random vectors only`}.`,
  );
}
if (having('missed', 'false alarm').length > 0) process.exitCode = 1;
