/** Every open alarm is loaded, however many there are. */
import { afterEach, expect, it, vi } from 'vitest';
import { fetchOpenAlarms } from '../src/api/client';
import { alarm } from './samples';

const open = Array.from({ length: 2_300 }, (_, number) =>
  alarm({ id: `a-${number}`, raised_at: new Date(2e12 - 1000 * Math.floor(number / 3)).toISOString() }),
);

/** Answer as the gateway does: newest first, after the alarm that `before` and `before_id` name. */
function answer(address: string): Response {
  const query = new URL(address, 'http://centre').searchParams;
  const limit = Number(query.get('limit'));
  const last = open.findIndex((one) => one.id === query.get('before_id'));
  return Response.json({ alarms: open.slice(last + 1, last + 1 + limit) });
}

afterEach(() => vi.unstubAllGlobals());

it('loads page after page, each alarm once', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address);
    return Promise.resolve(answer(address));
  });
  const found = await fetchOpenAlarms();
  expect(found.map((one) => one.id)).toEqual(open.map((one) => one.id));
  expect(asked).toHaveLength(3);
});
