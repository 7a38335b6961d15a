/** What stands in for files, a shop and a database in input.ts. */

export const secret = 'at least 16 characters, from the environment';
export const newSecret = 'the secret of this month, from the environment';
export const oldSecret = 'the secret of last month, from the environment';

/** Everything that happened. */
export const done: string[] = [];

export const find = (pattern: string): Promise<string[]> => Promise.resolve([`a${pattern}`, `b${pattern}`]);
export const remove = async (found: string[]): Promise<void> => void done.push(`removed ${found.join()}`);
export const reserve = (item: string): { id: string } => ({ id: `${item}-${done.push(`reserved ${item}`)}` });
export const release = async (id: string): Promise<void> => void done.push(`released ${id}`);
export const ship = async (id: string, name: string): Promise<void> => void done.push(`shipped ${id} to ${name}`);
export const isPaid = (order: string): Promise<boolean> => Promise.resolve(done.includes(`paid ${order}`));
export const startImport = (): Promise<string> => Promise.resolve(`job ${done.push('import started')}`);
export const isImported = (_job: unknown): Promise<boolean> => Promise.resolve(done.includes('import done'));
export const takeVoucher = (voucher: string): Promise<boolean> =>
  Promise.resolve(!done.includes(voucher) && done.push(voucher) > 0);
