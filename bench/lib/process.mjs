// @ts-check
// Each case lives in a process of its own: its garbage, its compiled code and its heap are charged to nobody else.
import { fork } from 'node:child_process';

/** @typedef {{ [command: string]: (input: any) => unknown }} Commands */

/**
 * The parent's side of one process.
 *
 * @param {URL} module
 * @param {unknown} setup what the module's `start` receives
 * @returns {Promise<Worker>}
 */
export async function startWorker(module, setup) {
  const worker = new Worker(module);
  await worker.ask('start', setup);
  return worker;
}

export class Worker {
  #child;
  /** @type {{ resolve: (value: any) => void, reject: (error: Error) => void } | undefined} */
  #waiting;

  /** @param {URL} module */
  constructor(module) {
    this.#child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (/** @type {any} */ { value, error }) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    this.#child.on('exit', (code) => this.#waiting?.reject(new Error(`${module.pathname} ended with code ${code}`)));
  }

  /**
   * Runs a command in the process; one at a time.
   *
   * @param {string} command
   * @param {unknown} [input]
   * @returns {Promise<any>}
   */
  ask(command, input) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send({ command, input });
    });
  }

  stop() {
    this.#child.disconnect();
  }
}

/**
 * The process's side: answers commands until the parent lets go.
 *
 * @param {Commands} commands
 */
export function answerCommands(commands) {
  const run = async (/** @type {{ command: string, input: unknown }} */ { command, input }) => {
    try {
      process.send?.({ value: await commands[command]?.(input) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on('message', (/** @type {any} */ message) => void run(message));
  process.on('disconnect', () => process.exit());
}
