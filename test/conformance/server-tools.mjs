// @ts-check
// Tools that answer by themselves.
import { audio, image, resource, text, ToolError } from 'mcpwire/server';
import { fromJsonSchema } from 'mcpwire/json-schema';
import * as z from 'zod';
import contact from './contact.json' with { type: 'json' };
import { PNG, WAV } from './media.mjs';

/** @param {import('mcpwire/server').McpServer} server */
export function addTools(server) {
  server
    // First on purpose: the suite calls whichever tool is listed first, with nothing.
    .tool(
      'test_simple_text',
      { description: 'Answers with text.' },
      () => 'This is a simple text response for testing.',
    )
    .tool('test_image_content', { description: 'Answers with an image.' }, () => image(PNG, 'image/png'))
    .tool('test_audio_content', { description: 'Answers with sound.' }, () => audio(WAV, 'audio/wav'))
    .tool('test_embedded_resource', { description: 'Answers with a resource.' }, () =>
      resource({
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      }),
    )
    .tool('test_multiple_content_types', { description: 'Answers with three blocks.' }, () => [
      text('Multiple content types test:'),
      image(PNG, 'image/png'),
      resource({
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      }),
    ])
    .tool('test_error_handling', { description: 'Always fails.' }, () => {
      throw new ToolError('This tool intentionally returns an error for testing');
    })
    .tool('test_tool_with_progress', { description: 'Reports progress.' }, async (_args, ctx) => {
      for (const done of [0, 50, 100]) {
        await ctx.progress(done, 100);
        await pause(50, ctx.signal);
      }
      return 'Done.';
    })
    .tool('test_logging_tool', { description: 'Logs while it works.' }, async (_args, ctx) => {
      await ctx.log('info', 'Tool is at work');
      return 'Logged.';
    })
    .tool('test_tool_with_logging', { description: 'Logs three times.' }, async (_args, ctx) => {
      await ctx.log('info', 'Tool execution started');
      await pause(50, ctx.signal);
      await ctx.log('info', 'Tool processing data');
      await pause(50, ctx.signal);
      await ctx.log('info', 'Tool execution completed');
      return 'Logged.';
    })
    .tool('test_reconnection', { description: 'Hangs up, and has its result ready later.' }, async (_args, ctx) => {
      await ctx.detach({ retryMs: 500 });
      await pause(100, ctx.signal);
      return 'Here it is.';
    })
    .tool('test_trigger_tool_change', { description: 'Publishes a change of the tools.' }, () => {
      server.notify.toolsChanged();
      return 'Published.';
    })
    .tool('test_trigger_prompt_change', { description: 'Publishes a change of the prompts.' }, () => {
      server.notify.promptsChanged();
      return 'Published.';
    })
    .tool(
      'test_x_mcp_header',
      {
        description: 'Takes an argument that a header repeats.',
        inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }),
      },
      ({ region }) => `Region: ${region}`,
    )
    .tool(
      'json_schema_2020_12_tool',
      { description: 'Takes what JSON Schema 2020-12 describes.', inputSchema: fromJsonSchema(contact) },
      (args) => JSON.stringify(args),
    );
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
