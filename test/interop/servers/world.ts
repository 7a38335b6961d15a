/** What the connections of one place share, for packages that make a server for each. */
import { gate } from '../../helpers/gate.ts';

/** Something that happens later, and that one waits for each time. */
export interface Event {
  /** From now on it has not happened. */
  reset(): void;
  happens(): void;
  happened(): Promise<void>;
}

export interface World {
  /** A call was aborted. */
  readonly abort: Event;
  readonly rootsChange: Event;
  readonly onward: Event;
  /** Whether the user has been to the page. */
  visited: boolean;
  /** Tells all who listen, where that is not a server's own task. */
  publish?: () => void;
}

export function event(): Event {
  let current = gate();
  return {
    reset: () => void (current = gate()),
    happens: () => current.open(),
    happened: () => current.opened,
  };
}

export const newWorld = (): World => ({ abort: event(), rootsChange: event(), onward: event(), visited: false });
