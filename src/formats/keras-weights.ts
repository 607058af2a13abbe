/**
 * The arrays of a Keras model found by layer and role, over every layout that Keras has written.
 *
 * Keras 2 HDF5: `[model_weights/]layer/…/kernel:0`. Keras 3 `.weights.h5`: `layers/<class>[_n]/vars/<index>`, where
 * the attribute `name` of `vars` is the layer. A flat `layer/<index>` in Keras's weight order is read too.
 */
import type { Hdf5Content } from './hdf5.ts';
import type { WeightArray, WeightLookup } from './weights.ts';

/** Keras's names of a role, where they are not the role itself; the kernel of a depthwise layer has lost its own in Keras 3. */
const kerasNames: Readonly<Record<string, readonly string[]>> = {
  depthwiseKernel: ['depthwise_kernel', 'kernel'],
  pointwiseKernel: ['pointwise_kernel'],
  movingMean: ['moving_mean'],
  movingVariance: ['moving_variance'],
};

/** Place of a role among the n arrays of a layer, in the order in which Keras lists weights. */
const kerasIndex = (role: string, n: number): number => {
  if (role === 'movingVariance') return n - 1;
  if (role === 'movingMean') return n - 2;
  if (role === 'beta') return n - 3;
  if (role === 'bias') return Math.max(1, n - 1);
  return role === 'pointwiseKernel' ? 1 : 0;
};

const isIndex = (text: string | undefined): boolean => text !== undefined && /^\d+$/.test(text);

/**
 * Make a lookup over named arrays.
 *
 * @param arrays arrays by path, with `/` between the parts
 * @param groupNames layer names of Keras 3 groups by path (`layers/dense/vars` → `fc1`)
 */
export const kerasWeightLookup = (
  arrays: ReadonlyMap<string, WeightArray>,
  groupNames: ReadonlyMap<string, string> = new Map(),
): WeightLookup => {
  const byLayer = new Map<string, Map<string, WeightArray>>();
  const add = (layer: string, leaf: string, array: WeightArray): void => {
    const own = byLayer.get(layer) ?? new Map<string, WeightArray>();
    if (!own.has(leaf)) own.set(leaf, array);
    byLayer.set(layer, own);
  };
  const entries = [...arrays].map(([path, array]) => ({
    parts: path.replace(/^\/?(model_weights\/)?/, '').split('/'),
    group: path.slice(0, Math.max(0, path.lastIndexOf('/'))),
    array,
  }));
  // The outermost group is the layer's; the innermost counts only for layers inside a nested model.
  for (const { parts, array } of entries) if (parts.length > 1) add(parts[0], parts.at(-1) ?? '', array);
  for (const { parts, group, array } of entries) {
    const leaf = parts.at(-1) ?? '';
    const named = groupNames.get(group);
    if (named !== undefined) add(named, leaf, array);
    if (parts.at(-2) === 'vars' && parts.length > 2) add(parts.at(-3) ?? '', leaf, array);
    if (parts.length > 2) add(parts.at(-2) ?? '', leaf, array);
  }
  return (layer, role) => {
    const own = byLayer.get(layer);
    if (own === undefined) return undefined;
    for (const leaf of kerasNames[role] ?? [role]) {
      const direct = own.get(`${leaf}:0`) ?? own.get(leaf);
      if (direct !== undefined) return direct;
    }
    const indexed = [...own].filter(([key]) => isIndex(key)).length;
    return indexed === 0 ? undefined : own.get(String(kerasIndex(role, indexed)));
  };
};

/** Make a lookup over the content of a Keras HDF5 file, of weights alone or of a whole model. */
export const kerasWeightsOf = (content: Hdf5Content): WeightLookup => {
  const names = new Map<string, string>();
  for (const [key, value] of content.texts) {
    if (key.endsWith('/vars@name')) names.set(key.slice(0, -'@name'.length), value);
  }
  return kerasWeightLookup(content.datasets, names);
};
