// @ts-check
// Deno: `deno serve app.mjs` serves what the file exports.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createServer } from '../suite/server.mjs';
import { inMemory, overHttp, print, runSuite } from '../suite/suite.mjs';
import { urlIn } from './url-in.mjs';

print(await runSuite('in memory', inMemory(createServer())));

const server = spawn(process.execPath, ['serve', '--host=127.0.0.1', '--port=0', 'test/suite/app.mjs']);
print(await runSuite('export default server', overHttp(await urlIn(server))));
server.kill();
