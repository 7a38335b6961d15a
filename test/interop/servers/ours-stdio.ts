/** The server of this package as a program. */
import { serveStdio } from 'mcpwire/stdio';
import { ourServer } from './ours.ts';

serveStdio(ourServer());
