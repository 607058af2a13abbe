import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['spec/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Verilator and Yosys runs are heavy: two files at a time is what two cores carry.
    maxWorkers: 2,
  },
});
