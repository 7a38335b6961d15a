// @ts-check
// The smallest programs in one file, minified and compressed, against a ceiling each: so that a change that makes every
// user's bundle larger is seen. The targets are in bench/.
import { bundle } from '../bench/size/bundle.mjs';
import { PROGRAMS } from '../bench/size/programs.mjs';

const alone = (/** @type {string} */ specifier) => ({
  name: `isMcpError alone, from ${specifier}`,
  source: `import { isMcpError } from '${specifier}'; console.log(isMcpError);`,
  conditions: ['browser'],
  external: ['zod'],
});

/** Bytes. */
const CEILINGS = new Map([
  ['client/modern', 18_432],
  ['server/modern', 28_928],
  // With what older peers take, which is loaded with the first of them where a bundler splits.
  ['client', 28_672],
  ['server', 44_032],
  ['isMcpError alone, from mcpwire/client', 512],
  ['isMcpError alone, from mcpwire', 512],
]);

let failed = 0;
for (const { name, source, conditions, external } of [...PROGRAMS, alone('mcpwire/client'), alone('mcpwire')]) {
  const ceiling = CEILINGS.get(name);
  if (ceiling === undefined) continue;
  const { gzip, start } = await bundle(source, conditions, external);
  const fits = gzip <= ceiling;
  if (!fits) failed++;
  console.log(`${fits ? 'ok   ' : 'FAIL '} ${name}: ${gzip} of ${ceiling} bytes in one file, ${start} at the start`);
}
process.exitCode = failed === 0 ? 0 : 1;
