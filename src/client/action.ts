/** What came of a question to the user. */
import { McpError } from '../errors.js';
import type { ElicitResult } from '../spec/types.js';

/** @throws McpError when an answer says neither yes nor no */
export function actionOf(answer: unknown, option: string): ElicitResult['action'] {
  const { action } = Object(answer) as Partial<ElicitResult>;
  if (action === 'accept' || action === 'decline' || action === 'cancel') return action;
  throw new McpError('internal', `The handler ${option} must answer { action: 'accept' | 'decline' | 'cancel' }`);
}
