// @ts-check
// Node: `serve(server)`, on the Node that runs this file.
import { serve } from 'mcpwire/node';
import server from '../suite/app.mjs';
import { inMemory, overHttp, print, runSuite } from '../suite/suite.mjs';

const http = await serve(server);
print(await runSuite('in memory', inMemory(server)));
print(await runSuite('serve(server)', overHttp(http.url)));
await http.close();
