/**
 * Whether a checkpoint belongs to a training: same data, batches, network but for the values, optimiser, transforms.
 *
 * The values of parameters and the random stream are the checkpoint's own, so those of the call may differ.
 */
import { ValueError } from '../errors.ts';
import { definitionOf } from '../network/index.ts';
import type { Layer, Network } from '../network/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Plan } from './fit-plan.ts';
import { initialOptimizerState } from './optimizers/index.ts';
import { initialCompanions } from './step-pass.ts';
import type { CompanionValues } from './training-transform.ts';

/**
 * Demand that a checkpoint belongs to this training.
 *
 * @param network the network that the training was called with
 * @throws ValueError when data, batch size, network, optimiser or transforms are others
 */
export const checkResume = (state: Checkpoint, network: Network, plan: Plan): void => {
  if (state.samples !== plan.samples || state.batchSize !== plan.batchSize) {
    throw new ValueError(
      `The checkpoint was made with ${state.samples} samples in batches of ${state.batchSize}, this training has ${plan.samples} in batches of ${plan.batchSize}; they must be equal.`,
    );
  }
  const source = plan.training.identity;
  if (state.source !== source) {
    throw new ValueError(
      `The checkpoint was made with ${state.source ?? 'data in memory'}, this training has ${source ?? 'data in memory'}; they must be equal.`,
    );
  }
  checkStructure(state.network, network);
  checkCompanions(state, network, plan);
  checkSlots(state, plan);
  const missing = plan.transforms.find((t) => !Object.hasOwn(state.transforms, t.name));
  if (missing === undefined) return;
  throw new ValueError(
    `The checkpoint has no state of transform "${missing.name}"; it has ${Object.keys(state.transforms).join(', ') || 'none'}.`,
  );
};

const checkStructure = (saved: Network, given: Network): void => {
  const [found, wanted] = [structure(saved), structure(given)];
  for (let i = 0; i < Math.max(found.length, wanted.length); i++) {
    if (found[i] === wanted[i]) continue;
    throw new ValueError(
      `The checkpoint is of another network: it has ${found[i] ?? 'no more layers'} where this training has ${wanted[i] ?? 'no more layers'}; they must be equal.`,
    );
  }
};

/** All of a network but its name, values and precisions, as one text per part. */
const structure = (network: Network): readonly string[] => [
  ...network.inputs.map(({ name, shape }) => `input "${name}" [${shape.join(', ')}]`),
  ...network.layers.map(layerText),
  `outputs ${network.outputs.join(', ')}`,
];

const layerText = ({ name, kind, inputs, attributes, parameters }: Layer): string => {
  // Through the definition, so that a default that was left out and one that was written are the same text.
  const settings = Object.entries(definitionOf(kind, name).attributes({ ...attributes }, name)).map(
    ([key, value]) => `${key} ${JSON.stringify(value)}`,
  );
  const shapes = Object.entries(parameters)
    .map(([role, { shape }]) => `${role} [${shape.join(', ')}]`)
    .toSorted();
  return `${kind} layer "${name}" (${[`of ${inputs.join(', ')}`, ...settings, ...shapes].join('; ')})`;
};

const checkCompanions = (saved: Checkpoint, network: Network, plan: Plan): void => {
  const text = (values: CompanionValues): string =>
    Object.entries(values)
      .map(([name, { shape }]) => `"${name}" [${shape.join(', ')}]`)
      .join(', ') || 'none';
  const [found, wanted] = [text(saved.companions), text(initialCompanions(plan.transforms, network))];
  if (found === wanted) return;
  throw new ValueError(
    `The checkpoint has the companions ${found} where this training has ${wanted}; they must be equal.`,
  );
};

const checkSlots = (saved: Checkpoint, plan: Plan): void => {
  const names = (slots: Readonly<Record<string, unknown>>): string => Object.keys(slots).toSorted().join(', ');
  const wanted = names(initialOptimizerState(plan.optimizer, [1]).slots[0]!);
  const found = saved.optimizer.slots.map(names);
  const trained = plan.sites.length + Object.keys(saved.companions).length;
  if (found.length === trained && found.every((text) => text === wanted)) return;
  const other = found.find((text) => text !== wanted) ?? wanted;
  throw new ValueError(
    `The checkpoint has an optimizer with buffers ${other} for ${found.length} parameters, this training has "${plan.optimizer.kind}" with ${wanted} for ${trained}; they must be equal.`,
  );
};
