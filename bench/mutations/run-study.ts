/** Makes the edits of one design and holds the proof's verdict on each against the ground truth. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../../src/random/index.ts';
import { emitDesign, type MutationDesign } from './designs.ts';
import { applyEdit, describeEdit, type Edit } from './edit.ts';
import { openGroundTruth, type Truth } from './ground-truth.ts';
import { allEdits, chooseEdits } from './mutate.ts';
import { judge, type JudgedEdit } from './tally.ts';
import type { EmittedVerdict, proveEmitted } from './verdict.ts';

/** An edit with all that is known of it. */
export interface StudiedEdit extends JudgedEdit, Edit {
  /** The edit in one line. */
  readonly description: string;
  readonly truth: Truth;
  readonly verdict: EmittedVerdict;
  readonly truthSeconds: number;
  readonly proofSeconds: number;
}

export interface StudyOptions {
  /** Edits to draw, at most as many as there are. */
  readonly count: number;
  readonly seed: string;
  readonly prove: typeof proveEmitted;
  readonly onEdit?: (edit: StudiedEdit) => void;
}

/**
 * Study one design.
 *
 * Simulation runs in another process while the proof computes here. Where simulation saw no difference but the proof
 * names an input, that input is simulated too, and the truth is what it shows.
 */
export async function studyDesign(design: MutationDesign, options: StudyOptions): Promise<readonly StudiedEdit[]> {
  const { count, seed, prove, onEdit } = options;
  const emitted = emitDesign(design);
  const edits = chooseEdits(allEdits(emitted.files), count, stream(seed, 'edits', design.name));
  const folder = await mkdtemp(join(tmpdir(), 'mutations-'));
  try {
    const simulation = await openGroundTruth(emitted, folder, seed);
    const studied: StudiedEdit[] = [];
    for (const edit of edits) {
      const files = applyEdit(emitted.files, edit);
      const [simulated, proved] = await Promise.all([
        timed(() => simulation.check(files)),
        timed(() => prove(emitted, files)),
      ]);
      const verdict = proved.result;
      const { inputs } = verdict;
      const isDisputed = simulated.result.kind === 'same' && verdict.verdict === 'different' && inputs !== undefined;
      const replayed = isDisputed ? await simulation.replay(files, inputs) : simulated.result;
      // A replay that shows no difference says less than what was simulated before.
      const truth = replayed.kind === 'same' ? simulated.result : replayed;
      const item: StudiedEdit = {
        ...edit,
        design: design.name,
        description: describeEdit(emitted.files, edit),
        truth,
        verdict,
        outcome: judge(truth, verdict),
        truthSeconds: simulated.seconds,
        proofSeconds: proved.seconds,
      };
      studied.push(item);
      onEdit?.(item);
    }
    return studied;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
