import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    // A campaign's folder has thousands of files to remove.
    hookTimeout: 60_000,
    // Two cores: more workers than that only make the slow tests slower.
    maxWorkers: 2,
    // A worker keeps its modules, and their compiled code, from file to file.
    isolate: false,
  },
});
