// @ts-check
// Bun: `bun app.mjs` serves what the file exports.
import { spawn } from 'node:child_process';
import { createServer } from '../suite/server.mjs';
import { inMemory, overHttp, print, runSuite } from '../suite/suite.mjs';
import { BUN_ARGS } from './binaries.mjs';
import { urlIn } from './url-in.mjs';

print(await runSuite('in memory', inMemory(createServer())));

const server = spawn(process.execPath, [...BUN_ARGS, 'test/suite/app.mjs'], { env: { ...process.env, PORT: '0' } });
print(await runSuite('export default server', overHttp(await urlIn(server))));
server.kill();
