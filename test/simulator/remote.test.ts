import type { EntityBinding, Fields } from '../../lib/adapters/adapter';
import { conformance } from '../conformance/kit';
import type { Harness } from '../conformance/harness';
import { Remote } from './remote';
import { KEY_FIELD, remoteAdapter, remoteModule } from './remote-adapter';
import { Wire, type WireFault } from './wire';

const BATCH = 100;

const bindingOf = (entity: string, object: string): EntityBinding => ({
	entity,
	displayName: entity,
	object,
	fields: [],
	associations: [],
	linkColumns: [],
	keyField: KEY_FIELD,
	onDelete: 'unlink',
	onCreate: {},
});

/** The simulated vendor is no toy: it is held to what every adapter is held to. */
conformance(
	'The simulated vendor',
	remoteModule(BATCH, () => ({})),
	async () => {
		let now = Date.parse('2026-11-23T10:00:00.000Z');
		const remote = new Remote(
			{ [KEY_FIELD]: 'text', description: 'text', phone: 'phone', amount: 'number', name: 'text' },
			KEY_FIELD,
			() => now,
		);
		let always: WireFault | undefined;
		let loseNext = false;
		let inputs: number[] = [];
		const [deals, companies] = [bindingOf('order', 'deals'), bindingOf('company', 'companies')];
		const harness: Harness = {
			connect: ({ signal, refused } = {}) => {
				const wire = new Wire({
					attempts: 3,
					signal,
					fault: (kind) => {
						if (refused) return 'refused';
						if (always) return always;
						const lose = loseNext && ['upsert', 'remove', 'associate'].includes(kind);
						if (lose) loseNext = false;
						return lose ? 'lostAnswer' : undefined;
					},
					onCall: (_kind, count) => inputs.push(count),
				});
				return remoteAdapter(remote, wire, BATCH, () => now);
			},
			secrets: ['no-secret-here-5ecre7'],
			binding: deals,
			related: companies,
			sample: (n, binding = deals): Fields =>
				binding.object === 'deals' ? { name: `Order ${n}`, amount: n } : { name: `Company ${n}` },
			textField: 'description',
			normalised: { field: 'phone', sent: ' +49 (171) 55-01 ', stored: '+491715501' },
			refusedValue: { amount: 'a lot' },
			remote: {
				count: () => remote.list('deals').length,
				get: (id) => {
					const record = remote.records.get(id);
					return record && !record.archived ? Object.fromEntries(record.fields) : undefined;
				},
				edit: (id, fields) => remote.update(required(remote.live('deals', id)), fields, 'person'),
				remove: (id) => remote.archive(required(remote.live('deals', id))),
				merge: (winner, loser) =>
					remote.merge(required(remote.live('deals', winner)), required(remote.live('deals', loser)), true).id,
				associated: (id) => remote.associated(id),
			},
			wire: {
				calls: () => inputs.length,
				largestBatch: () => Math.max(0, ...inputs),
				clear: () => {
					inputs = [];
				},
			},
			faults: {
				loseNextWrite: () => {
					loseNext = true;
				},
				down: () => {
					always = 'down';
				},
				hang: () => {
					always = 'hang';
				},
				clear: () => {
					always = undefined;
					loseNext = false;
				},
			},
			advance: (ms) => {
				now += ms;
			},
			setIndexingDelay: (ms) => {
				remote.indexingDelayMs = ms;
			},
			stop: async () => undefined,
		};
		return harness;
	},
);

function required<T>(value: T | undefined): T {
	if (value === undefined) throw new Error('no such record');
	return value;
}
