// #region server
import { serveStdio } from 'mcpwire/stdio';
import { calculator } from './calculator.ts';

serveStdio(calculator);
// #endregion server
