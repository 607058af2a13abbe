/** Keras classes that join several inputs. */
import { ShapeError } from '../errors.ts';
import { layerRegistry, type MergeOperation } from '../network/index.ts';
import { integerField } from './config-fields.ts';
import { imported } from './imported-layer.ts';
import { type ClassContext, type ClassResult, type KerasClass, ownerOf } from './keras-class.ts';

const merging =
  (operation: MergeOperation): KerasClass =>
  (context) => {
    const layer = imported(context.name, 'merge', { operation });
    return joined(context, layer, layerRegistry.merge.outputShape(layer.attributes, context.inputShapes, context.name));
  };

const concatenation: KerasClass = (context) => {
  const axis = integerField(context.config, 'axis', ownerOf(context), -Infinity, -1);
  if (axis === 0) throw new ShapeError(`${ownerOf(context)} joins along axis 0, but that is the batch.`);
  // Keras counts the batch axis.
  const layer = imported(context.name, 'concatenate', { axis: axis < 0 ? axis : axis - 1 });
  return joined(
    context,
    layer,
    layerRegistry.concatenate.outputShape(layer.attributes, context.inputShapes, context.name),
  );
};

const joined = (
  context: ClassContext,
  layer: ClassResult['layers'][number],
  outputShape: readonly number[],
): ClassResult => ({ layers: [layer], inputShape: context.inputShapes[0]!, outputShape });

/** Classes with two or more inputs. */
export const kerasMergeClasses: Readonly<Record<string, KerasClass>> = {
  Add: merging('add'),
  Subtract: merging('subtract'),
  Multiply: merging('multiply'),
  Average: merging('average'),
  Maximum: merging('maximum'),
  Minimum: merging('minimum'),
  Concatenate: concatenation,
};
