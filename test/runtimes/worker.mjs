// @ts-check
// The suite inside a Worker: against a server in the same isolate, or against the URL that it is given.
import { createServer } from '../suite/server.mjs';
import { inMemory, overHttp, runSuite } from '../suite/suite.mjs';

export default {
  /** @param {Request} request */
  async fetch(request) {
    const url = new URL(request.url).searchParams.get('url');
    const report =
      url === null ? runSuite('in memory', inMemory(createServer())) : runSuite('serve(server) on Node', overHttp(url));
    return Response.json(await report);
  },
};
