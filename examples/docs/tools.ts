/** Every form of tool that docs/server.md shows. */
import * as z from 'zod';
import { image, link, McpServer, resource, result, text, ToolError } from 'mcpwire/server';

// #region text
const server = new McpServer({ name: 'weather', version: '1.0.0' }).tool(
  'forecast',
  { description: 'Tomorrow in one sentence.', inputSchema: z.object({ city: z.string() }) },
  ({ city }) => `Tomorrow in ${city}: sunny, 21 °C.`,
);
// #endregion text

const red = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

// #region blocks
const charts = server
  .tool('chart', { description: 'The week as a picture.' }, () => [
    text('Temperatures from Monday to Sunday.'),
    image(red, 'image/png'),
  ])
  .tool('report', {}, () => [
    link('https://example.com/report.pdf', 'report', { mimeType: 'application/pdf' }),
    resource({ uri: 'weather://today', mimeType: 'text/plain', text: 'sunny' }),
  ])
  .tool('raw', {}, () => ({ content: [text('as it is')], _meta: { source: 'station 7' } }));
// #endregion blocks

// #region structured
const measured = charts.tool(
  'measure',
  {
    description: 'The temperature now.',
    inputSchema: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') }),
    outputSchema: z.object({ degrees: z.number(), unit: z.string() }),
  },
  ({ unit }) => ({ degrees: unit === 'celsius' ? 21 : 70, unit }),
);
// #endregion structured

// #region rich
const summarised = measured.tool('summary', { outputSchema: z.object({ degrees: z.number() }) }, () =>
  result({ degrees: 21 }, { content: [text('21 °C and sunny')], meta: { source: 'station 7' } }),
);
// #endregion rich

// #region tool-error
const stations = new Map([['station-7', 21]]);

export const weather = summarised.tool(
  'read_station',
  { inputSchema: z.object({ station: z.string() }) },
  ({ station }) => {
    const degrees = stations.get(station);
    if (degrees === undefined)
      throw new ToolError(`There is no ${station}. Known: ${[...stations.keys()].join(', ')}.`);
    return `${degrees} °C`;
  },
);
// #endregion tool-error
