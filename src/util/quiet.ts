/** A promise whose rejection is no unhandled one, even if nobody waits for it any more. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
