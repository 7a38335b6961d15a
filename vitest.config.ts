import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { edges, entries } from './tools/entries.mjs';

export default defineConfig({
  resolve: {
    // Tests import what users import, from the source.
    alias: [...entries(), ...edges().filter(({ condition }) => condition === 'node')].map(({ specifier, source }) => ({
      find: new RegExp(`^${specifier}$`),
      replacement: fileURLToPath(new URL(source, import.meta.url)),
    })),
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{interop,runtimes,dist,types}/**'],
          typecheck: {
            enabled: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          // Foreign programs, browsers and databases start from cold.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
