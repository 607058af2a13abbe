/**
 * What the participants of a training do in one step, as one: their transforms in order, and the sum of their penalties.
 *
 * Values and settings of all participants stand in flat records under `participant/name`, so that trainers, plans and
 * checkpoints need not know whose they are.
 */
import { add, constant } from '../autograd/index.ts';
import type { Variable } from '../autograd/index.ts';
import { composeTransforms } from '../network/index.ts';
import type { Network, Transform } from '../network/index.ts';
import type { CompanionPass, CompanionValues, TrainingTransform } from './training-transform.ts';

/** The computation of a step; the same object as long as it is the same. */
export interface StepPass {
  /** Describe the step for companions and settings by flat name. */
  readonly bind: (companions: Readonly<Record<string, Variable>>, settings: CompanionValues) => CompanionPass;
}

/** A step and the numbers that it reads. */
export interface BoundStep {
  readonly pass: StepPass;
  readonly settings: CompanionValues;
}

/** Give a participant's values of a flat record, such as the companions of a checkpoint, by their own names. */
export const participantValues = <V>(
  all: Readonly<Record<string, V>>,
  participant: string,
): Readonly<Record<string, V>> => {
  const prefix = `${participant}/`;
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
};

const flatValues = (participant: string, values: CompanionValues): CompanionValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${participant}/${name}`, value]));

/** Give the companions of all participants before the first step. */
export const initialCompanions = (transforms: readonly TrainingTransform[], network: Network): CompanionValues =>
  Object.assign({}, ...transforms.map((t) => flatValues(t.name, t.companion?.initial(network) ?? {})));

/** Give the settings of all participants for a step. */
export const stepSettings = (
  transforms: readonly TrainingTransform[],
  states: Readonly<Record<string, unknown>>,
  step: number,
): CompanionValues =>
  Object.assign({}, ...transforms.map((t) => flatValues(t.name, t.companion?.settings(states[t.name], step) ?? {})));

/** Join participants in their states to one computation. */
const joined = (transforms: readonly TrainingTransform[], states: Readonly<Record<string, unknown>>): StepPass => {
  const parts = transforms.map((t) => ({ ...t, own: t.transform?.(states[t.name]) }));
  return {
    bind: (companions, settings) => {
      const passes = parts.flatMap(({ name, own, companion }): CompanionPass[] => [
        ...(own === undefined ? [] : [{ transform: own }]),
        ...(companion === undefined
          ? []
          : [companion.bind(participantValues(companions, name), participantValues(settings, name))]),
      ]);
      const penalties = passes.flatMap(({ penalty }) => (penalty === undefined ? [] : [penalty]));
      return {
        transform: composeTransforms(...passes.map(({ transform }) => transform)),
        ...(penalties.length > 0 && {
          penalty: (parameters) => penalties.map((term) => term(parameters)).reduce((sum, term) => add(sum, term)),
        }),
      };
    },
  };
};

/** Gives the computation of a step for states of the participants. */
export type PassOf = (states: Readonly<Record<string, unknown>>) => StepPass;

/**
 * Keep the computation as long as the states that it depends on stay the same objects: a new one is a new plan. The
 * state of a participant that has companions alone does not count, since it reaches the step as settings.
 */
export const passMemory = (transforms: readonly TrainingTransform[]): PassOf => {
  let last: { readonly key: readonly unknown[]; readonly pass: StepPass } | null = null;
  return (states) => {
    const key = transforms.map((t) => (t.transform === undefined ? null : states[t.name]));
    if (last === null || key.some((state, i) => state !== last!.key[i]))
      last = { key, pass: joined(transforms, states) };
    return last.pass;
  };
};

/** Gives the transform with which a network in training predicts. */
export type EvaluationOf = (step: BoundStep, companions: CompanionValues) => Transform;

/** Keep the transform of the evaluation as long as nothing in it changed. */
export const evaluationMemory = (): EvaluationOf => {
  let last: { readonly pass: StepPass; readonly values: CompanionValues; readonly transform: Transform } | null = null;
  return ({ pass, settings }, companions) => {
    const isSame = last?.pass === pass && (Object.keys(companions).length === 0 || last.values === companions);
    if (last === null || !isSame) {
      const constants = Object.fromEntries(Object.entries(companions).map(([name, value]) => [name, constant(value)]));
      last = { pass, values: companions, transform: pass.bind(constants, settings).transform };
    }
    return last.transform;
  };
};
