/** Published networks as streams compute what hls4ml's C++ does; `npm run conformance -- --kind streams` runs all samples. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type VectorFile, vectorFiles } from '../../conformance/networks.ts';
import { compareStreams, vectorSchedules } from '../../conformance/streams.ts';

const complete = '../shared/vectors';
const names = ['cnn9x16', 'keras_conv1d_small', 'keras_conv2d_model', 'jettagger_conv2d_small'];
const isChosen = ({ file }: VectorFile): boolean => names.includes(file.replace('.json', ''));

describe.each(Object.keys(vectorSchedules))('as %s', (schedule) => {
  it('compute the bits of the copied vectors', () => {
    for (const file of [...vectorFiles('fixtures')].filter(isChosen)) {
      const { failed, unsupported, passed } = compareStreams(file, schedule, 24);
      expect({ file: file.file, failed, unsupported }).toEqual({ file: file.file, failed: 0, unsupported: 0 });
      expect(passed).toBeGreaterThan(23);
    }
  });

  it.skipIf(!existsSync(`${complete}/networks`))(
    `compute the bits of all convolutional networks (skipped where ${complete} is absent)`,
    () => {
      const files = [...vectorFiles(complete)].filter(isChosen);
      expect(files).toHaveLength(names.length);
      for (const file of files) {
        const { failed, unsupported, passed, firstFailure } = compareStreams(file, schedule, 24);
        expect({ failed, unsupported, firstFailure }).toEqual({ failed: 0, unsupported: 0, firstFailure: null });
        // Every stage of a network with convolutions is compared, not its output alone.
        expect(passed).toBeGreaterThan(24);
      }
    },
    30_000,
  );
});
