// #region calculator
import { defineTool, McpServer } from 'mcpwire/server';
import { add } from './add.ts';

const clear = defineTool('clear', { description: 'Forgets everything.' }, () => 'cleared');

export const calculator = new McpServer({ name: 'calculator', version: '1.0.0' }).add(add, clear);
// #endregion calculator
