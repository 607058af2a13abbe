/**
 * Precision plans: which format each parameter and result of a network is trained for, as `ap_fixed` texts by layer and
 * role; the same record that a network carries in `precision`.
 */
import { ValueError } from '../../errors.ts';
import { parseFormat } from '../../fixed/index.ts';
import type { LayerPrecision, Network, TransformSite } from '../../network/index.ts';
import { fakeQuantizer } from './fake-quantize.ts';
import type { FakeQuantizer } from './fake-quantize.ts';

/**
 * Formats by layer (or network input) and role. Roles that training imitates: "weight" (dense kernel), "bias", "scale"
 * (affine), "result". Others ("accum", "table") are kept for the compiler.
 */
export type PrecisionPlan = Readonly<Record<string, LayerPrecision>>;

/** A plan with one format per role, also of results. */
export type UniformPlan = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Name in a plan of each role in a network; an input of the network has a "result". */
const planRoles: Readonly<Record<string, string>> = {
  kernel: 'weight',
  bias: 'bias',
  scale: 'scale',
  result: 'result',
  input: 'result',
};

/** Give the name in a plan of a site's role, or null where plans have none (gamma, moving mean, …). */
export const planRole = (role: string): string | null => planRoles[role] ?? null;

/** The quantizer of a value, or one per element of a sample. */
export type SiteQuantizer = FakeQuantizer | readonly FakeQuantizer[];

/** Quantizers of a plan, found by site. */
export type QuantizerLookup = (site: TransformSite) => SiteQuantizer | null;

/**
 * Parse the formats of a plan that training imitates.
 *
 * @throws FormatError for a malformed format, UnsupportedError for one that f32 cannot imitate
 */
export const quantizersOf = (plan: PrecisionPlan): QuantizerLookup => {
  const used = new Set(Object.values(planRoles));
  const byLayer = new Map<string, Map<string, SiteQuantizer>>();
  // Elements of equal formats share one quantizer, by which they are rounded together.
  const known = new Map<string, FakeQuantizer>();
  const quantizer = (text: string): FakeQuantizer => {
    const made = known.get(text) ?? fakeQuantizer(parseFormat(text));
    known.set(text, made);
    return made;
  };
  for (const [layer, roles] of Object.entries(plan)) {
    const own = new Map<string, SiteQuantizer>();
    for (const [role, text] of Object.entries(roles)) {
      if (used.has(role)) own.set(role, typeof text === 'string' ? quantizer(text) : text.map(quantizer));
    }
    byLayer.set(layer, own);
  }
  return ({ layer, role }) => {
    const name = planRole(role);
    return name === null ? null : (byLayer.get(layer)?.get(name) ?? null);
  };
};

/**
 * Demand that a plan names layers and inputs of a network only.
 *
 * @throws ValueError naming the first other name
 */
export const checkPlan = (network: Network, plan: PrecisionPlan): void => {
  const names = [...network.inputs, ...network.layers].map((part) => part.name);
  const stranger = Object.keys(plan).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  throw new ValueError(`The precision plan names "${stranger}"; network "${network.name}" has ${names.join(', ')}.`);
};
