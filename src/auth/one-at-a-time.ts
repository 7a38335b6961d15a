/** A lock for everybody who has it, in the order of their calls. */
export function oneAtATime(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = last.get(key);
    const own = before === undefined ? run() : before.then(run);
    // Whoever comes next waits for the end, however it is.
    const over = own.then(
      () => {},
      () => {},
    );
    last.set(key, over);
    void over.then(() => last.get(key) === over && last.delete(key));
    return await own;
  };
}
