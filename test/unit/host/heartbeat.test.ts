import type { Logger } from 'n8n-workflow';
import { beat, endTaking, holdTaking } from '../../../lib/host/heartbeat';
import type { Store, Taking } from '../../../lib/store/store';

const HOUR_MS = 60 * 60 * 1_000;
const taking = (taker: string): Taking => ({ receiver: 'w/node', taker });

/** The two calls the heartbeat makes, and whether the store can be reached. */
function storeThatNotes() {
	const calls: Array<[string, string[]]> = [];
	const state = { down: false };
	const note = (name: string) => (takings: Taking[]) => {
		if (state.down) return Promise.reject(new Error('connection refused'));
		calls.push([name, takings.map(({ taker }) => taker)]);
		return Promise.resolve();
	};
	const store = { deliveries: { renew: note('renew'), done: note('done') } } as unknown as Store;
	return { store, calls, state };
}

function loggerThatNotes() {
	const warnings: string[] = [];
	const logger = { warn: (text: string) => warnings.push(text) } as unknown as Logger;
	return { logger, warnings };
}

it('renews what is in hand with one call, and notes the end at once', async () => {
	const { store, calls } = storeThatNotes();
	const { logger } = loggerThatNotes();
	const released: string[] = [];
	for (const taker of ['a', 'b']) holdTaking(store, taking(taker), logger, () => released.push(taker));
	await beat();
	await endTaking(store, taking('a'));
	await beat();
	await endTaking(store, taking('b'));
	await beat();
	expect(calls).toEqual([
		['renew', ['a', 'b']],
		['done', ['a']],
		['renew', ['b']],
		['done', ['b']],
	]);
	expect(released).toEqual(['a', 'b']);
});

it('an end that could not be noted is noted once the store is back; that is said once', async () => {
	const { store, calls, state } = storeThatNotes();
	const { logger, warnings } = loggerThatNotes();
	let released = 0;
	holdTaking(store, taking('a'), logger, () => released++);
	state.down = true;
	await endTaking(store, taking('a'));
	await beat();
	expect(released).toBe(0);
	state.down = false;
	await beat();
	expect(calls).toEqual([['done', ['a']]]);
	expect(released).toBe(1);
	expect(warnings).toHaveLength(1);
});

it('what nobody ended counts as done after an hour', async () => {
	const { store, calls } = storeThatNotes();
	holdTaking(store, taking('a'), loggerThatNotes().logger, () => undefined);
	await beat(Date.now() + HOUR_MS / 2);
	await beat(Date.now() + HOUR_MS + 1_000);
	expect(calls).toEqual([
		['renew', ['a']],
		['done', ['a']],
	]);
});
