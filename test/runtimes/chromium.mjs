// @ts-check
// Chromium: the suite in a page, against a server in the page and against one that Node serves to another origin.
import { createServer } from 'node:http';
import { serve } from 'mcpwire/node';
import { chromium } from 'playwright-core';
import server from '../suite/app.mjs';
import { print } from '../suite/suite.mjs';
import { bundle } from './bundle.mjs';
import { chromiumArguments, chromiumPath } from './chromium-path.mjs';

const script = await bundle('runtimes/page.mjs', ['browser']);
const mcp = await serve(server);
const site = createServer((_request, response) => {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<script type="module">${script}</script>`);
});
await new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (site.address());

const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${port}/`);
print(await page.evaluate('suite.inPage()'));
print(await page.evaluate(`suite.overHttp(${JSON.stringify(mcp.url)})`));
await browser.close();
site.close();
await mcp.close();
