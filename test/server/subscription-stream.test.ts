import { expect, test, vi } from 'vitest';
import type { Exchange } from '../../src/server/exchange.ts';
import { broadcast, SubscriptionStream } from '../../src/server/subscription-stream.ts';

const CHANGE = broadcast('notifications/tools/list_changed', {});

test('where whoever waited for the reader is no more, the stream goes on once all is read', () => {
  let unsent = 10;
  const send = vi.fn(() => new Promise<void>(() => {}));
  // What a stream looks at.
  const exchange = {
    peer: {},
    send,
    end() {},
    get unsent() {
      return unsent;
    },
  } as unknown as Exchange;
  const stream = new SubscriptionStream(exchange, 1, ['tools'], () => {});
  stream.take('tools', CHANGE, 1_000, 100);
  stream.take('tools', CHANGE, 20_000, 100);
  expect(send).toHaveBeenCalledTimes(1);
  unsent = 0;
  stream.take('tools', CHANGE, 5_999, 100);
  expect(send).toHaveBeenCalledTimes(1);
  stream.take('tools', CHANGE, 6_001, 100);
  expect(send).toHaveBeenCalledTimes(2);
});
