// @ts-check
// The suite inside a page.
import { createServer } from '../suite/server.mjs';
import { inMemory, overHttp, runSuite } from '../suite/suite.mjs';

Object.assign(globalThis, {
  suite: {
    inPage: () => runSuite('in memory', inMemory(createServer())),
    overHttp: (/** @type {string} */ url) => runSuite('serve(server) on Node', overHttp(url)),
  },
});
