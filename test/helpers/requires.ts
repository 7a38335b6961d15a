import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/**
 * A `describe` for suites that need a program which may not be installed: skipped, visibly, where it is missing, and
 * failing instead where `MCPWIRE_REQUIRE_ALL=1` says that everything must run.
 */
export function describeWith(need: { readonly name: string; readonly present: boolean }): typeof describe.skip {
  if (need.present || process.env['MCPWIRE_REQUIRE_ALL'] === '1') return describe;
  // Called as `describe(name, body)` alone here, of whose many forms `skip` takes this one.
  return ((name: string, ...rest: [never]) =>
    describe.skip(`${name} (needs ${need.name})`, ...rest)) as typeof describe.skip;
}

/** Debian's Python with Flask and requests: `apt-get install python3-flask python3-requests`. */
export const python = {
  name: 'python3-flask and python3-requests',
  command: process.env['PYTHON'] ?? '/usr/bin/python3',
  get present(): boolean {
    return spawnSync(this.command, ['-c', 'import flask, requests']).status === 0;
  },
};
