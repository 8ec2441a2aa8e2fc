import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import type { EntityBinding } from '../../../lib/adapters/adapter';
import type { Harness } from '../harness';
import { phonebook } from './phonebook';
import { PhonebookStandIn } from './stand-in';

const WRONG_TOKEN = 'phonebook-wrong-0123456789';

/** The stand-in with the adapter in front of it, over the pack's own transport. */
export async function startPhonebook(): Promise<Harness> {
	const standIn = await PhonebookStandIn.start();
	const [contact] = phonebook.entities;
	if (contact === undefined) throw new Error('The phonebook has contacts.');
	const binding: EntityBinding = { ...contact, keyField: phonebook.keyField, onDelete: 'unlink', onCreate: {} };
	return {
		binding,
		related: binding,
		secrets: [standIn.token, WRONG_TOKEN],
		connect({ signal, refused } = {}) {
			const connection = { token: refused ? WRONG_TOKEN : standIn.token, baseUrl: standIn.url };
			const transport = createTransport({
				http: createFetchHttp(),
				budget: createMemoryBudget(),
				account: phonebook.accountKey(connection),
				// The real pace would only make the tests slow.
				limits: { general: { intervalMs: 1, burst: 1_000 } },
				secrets: [connection.token],
				retry: { attempts: 3, baseMs: 1, maxMs: 5 },
				signal,
			});
			return phonebook.create({ connection, transport });
		},
		sample: (n) => ({ name: `Contact ${n}`, phone: `+49${n}` }),
		textField: 'note',
		normalised: { field: 'phone', sent: '+49 30 1234', stored: '+49301234' },
		refusedValue: { name: 'x'.repeat(81) },
		remote: {
			count: () => standIn.live.length,
			get: (id) => standIn.valuesOf(id),
			edit: (id, fields) => standIn.edit(id, fields),
			remove: (id) => void standIn.bin(id),
			merge: () => {
				throw new Error('The phonebook merges nothing.');
			},
			associated: () => [],
		},
		wire: {
			calls: () => standIn.calls,
			largestBatch: () => standIn.largestBatch,
			clear: () => void Object.assign(standIn, { calls: 0, largestBatch: 0 }),
		},
		faults: {
			loseNextWrite: () => void (standIn.loseNextWrite = true),
			down: () => void (standIn.down = true),
			hang: () => void (standIn.hangs = true),
			clear: () => void Object.assign(standIn, { loseNextWrite: false, down: false, hangs: false }),
		},
		// Its change numbers hang on no clock, and what was written is found at once.
		advance: () => {},
		setIndexingDelay: () => {},
		stop: () => standIn.stop(),
	};
}
