import type { KnipConfig } from 'knip';
import { entries } from './tools/entries.mjs';

const config: KnipConfig = {
  entry: [
    ...entries().map(({ source }) => source),
    'bench/**/*.mjs',
    'examples/*.ts',
    // Bundled by path in test/docs.
    'examples/docs/stdio-server.ts',
    'test/{conformance,dist,interop,runtimes}/**/*.{ts,mjs}',
    'test/stdio/fixtures/*.mjs',
    'tools/*.mjs',
  ],
  project: ['{src,test,examples,bench,tools}/**/*.{ts,mjs}', '*.{ts,mjs}'],
  // Started as programs, or imported by the programs that bench/size bundles from text: knip sees imports and npm scripts only.
  ignoreDependencies: ['@arethetypeswrong/cli', '@modelcontextprotocol/conformance', 'bun', 'deno', 'publint'],
  // Chosen by `imports` in package.json.
  ignore: ['src/auth/edge-web.ts'],
  ignoreBinaries: ['openssl'],
  ignoreExportsUsedInFile: { interface: true, type: true },
};

export default config;
