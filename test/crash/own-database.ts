import { database } from '../../lib/adapters/database';
import type { OwnRecords } from '../../lib/sync/own-records';
import { createMemoryBudget } from '../../lib/transport/memory-budget';
import { createTransport } from '../../lib/transport/create-transport';

/** A table `orders` in a real database as your side, for a process that was given how to reach it. */
export function ownAt(connection: Record<string, string>): OwnRecords {
	const transport = createTransport({
		http: () => Promise.reject(new Error('a database is not asked over HTTP')),
		budget: createMemoryBudget(),
		account: 'test',
		limits: database.limits,
		secrets: [],
	});
	const rules = ['name', 'amount', 'salesNotes', 'salesStage'].map((name) => ({
		...{ local: name, external: name.toLowerCase(), direction: 'both', owner: 'local' },
		...{ policy: 'owner', strength: 'onChange' },
	}));
	return {
		integration: 'database',
		binding: {
			...{ entity: 'order', displayName: 'Order', object: 'orders', associations: [], linkColumns: [] },
			...{ keyField: 'id', onCreate: {}, onDelete: 'ignore' },
			fields: rules as OwnRecords['binding']['fields'],
			source: { id: 'id', changed: 'updated_at' },
		},
		adapter: database.create({ connection, transport }),
		promises: database.promises,
	};
}
