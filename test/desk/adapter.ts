import type { AdapterModule, ConnectionValues } from '../../lib/adapters/adapter';
import type { CommandAnswer, CommandDescription, FoundCommand } from '../../lib/adapters/command';
import type { Fields } from '../../lib/adapters/field-value';
import type { QueryAnswer, QueryDescription } from '../../lib/adapters/query';
import type { IntegrationEntry } from '../../lib/adapters/registry';
import * as errors from '../../lib/errors';
import type { Transport, TransportRequest } from '../../lib/transport/transport';

const text = (name: string, required = true) => ({
	name,
	displayName: name,
	description: `The ${name} as the desk knows it.`,
	type: 'text' as const,
	required,
	maxLength: 10,
});

const COMMANDS: CommandDescription[] = [
	{
		command: 'createOrder',
		displayName: 'Create Order',
		description: 'Create an order at the desk',
		parameters: [
			text('customer'),
			{ ...text('amount'), type: 'number', maxLength: undefined, decimals: 2 },
			{ ...text('rush', false), type: 'boolean', maxLength: undefined },
			{ ...text('kind', false), type: 'enumeration', choices: [{ value: 'OR', label: 'Standard' }], default: 'OR' },
		],
		whenUnknown: 'lookUp',
		settlesWithinSeconds: 0,
		undo: { displayName: 'Cancel Order', description: 'Cancel the order, as long as it has not been shipped' },
		dryRun: true,
	},
	{
		command: 'printLabel',
		displayName: 'Print Label',
		description: 'Print a label; nobody can tell later whether it was printed',
		parameters: [],
		whenUnknown: 'never',
		settlesWithinSeconds: 0,
	},
	{
		command: 'setPriority',
		displayName: 'Set Priority',
		description: 'Say how urgent an order is',
		parameters: [text('number'), text('priority')],
		whenUnknown: 'repeat',
	},
];

const QUERIES: QueryDescription[] = [
	{
		query: 'orderStatus',
		displayName: 'Order Status',
		description: 'How an order stands',
		parameters: [text('number')],
	},
	{
		query: 'customerOrder',
		displayName: 'Customer Order',
		description: 'An order with its customer',
		parameters: [text('number')],
		sensitive: true,
	},
	{
		query: 'orderNow',
		displayName: 'Order Now',
		description: 'An order as it is at this moment',
		parameters: [text('number')],
		neverKept: true,
	},
	{
		query: 'orderDocument',
		displayName: 'Order Document',
		description: 'The order as a document',
		parameters: [text('number')],
		files: true,
	},
];

/**
 * The desk's adapter, as a pack's own would be.
 * @param errorType of the pack that runs it: a built one has a class of its own
 */
export function deskModule(errorType: Pick<typeof errors, 'CrosslinkError'> = errors): AdapterModule {
	return {
		integration: 'desk',
		displayName: 'Order Desk',
		mode: 'onprem',
		entities: [],
		keyField: '',
		promises: {
			batchSize: { read: 1, upsert: 1, associate: 1 },
			upsertByKey: false,
			sortedCursor: false,
			timestampResolutionMs: 1,
			indexingDelayMs: 0,
			normalisesValues: false,
			partialBatchFailure: false,
			merges: false,
			clearsFields: false,
		},
		connectionFields: [
			{ name: 'baseUrl', displayName: 'Base URL', secret: false, required: true },
			{ name: 'token', displayName: 'Token', secret: true, required: false, default: 'desk-token' },
			{ name: 'timeoutMs', displayName: 'Timeout', secret: false, required: false, default: '2000' },
		],
		commands: COMMANDS,
		queries: QUERIES,
		limits: { calls: { intervalMs: 0, burst: 1_000 } },
		accountKey: ({ baseUrl }) => `desk ${baseUrl}`,
		create: ({ connection, transport }) => deskAdapter(connection, transport, errorType),
	};
}

/** As it would stand in the registry. */
export function deskEntry(errorType?: Pick<typeof errors, 'CrosslinkError'>): IntegrationEntry {
	return {
		integration: 'desk',
		displayName: 'Order Desk',
		modes: ['onprem'],
		credentialType: 'crosslinkDeskApi',
		entities: [],
		webhooks: false,
		commands: true,
		queries: true,
		aiTool: 'optIn',
		load: async () => deskModule(errorType),
	};
}

function deskAdapter(
	{ baseUrl = '', token = '', timeoutMs = '' }: ConnectionValues,
	transport: Transport,
	{ CrosslinkError }: Pick<typeof errors, 'CrosslinkError'>,
): ReturnType<AdapterModule['create']> {
	const call = async (
		method: 'GET' | 'POST',
		path: string,
		body?: Fields,
		more: Partial<TransportRequest> = {},
	): Promise<Fields> => {
		const { body: answer } = await transport.request({
			method,
			url: `${baseUrl}${path}`,
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: body && JSON.stringify(body),
			budget: 'calls',
			idempotent: method === 'GET',
			purpose: `${method} ${path}`,
			timeoutMs: Number(timeoutMs),
			...more,
		});
		return JSON.parse(answer) as Fields;
	};
	const done = ({ number, warnings = [], ...response }: Fields): CommandAnswer => ({
		externalId: typeof number === 'string' ? number : null,
		response,
		warnings: warnings as string[],
	});
	const found = (all: Fields[]): FoundCommand =>
		all[0] === undefined ? { found: 'nothing' } : { found: 'done', answer: done(all[0]) };
	const status = async ({ number }: Fields): Promise<QueryAnswer> => {
		const answer = await call('GET', `/orders/${String(number)}`, undefined, { accept: [404] });
		return { rows: 'error' in answer ? [] : [answer] };
	};
	return {
		async execute({ command, payload, reference, dryRun }) {
			if (command === 'printLabel') return done(await call('POST', '/labels', { reference }));
			if (command === 'setPriority') {
				return done(await call('POST', `/orders/${String(payload.number)}/priority`, payload, { idempotent: true }));
			}
			return done(await call('POST', '/orders', { ...payload, reference, ...(dryRun && { dryRun }) }));
		},
		async findCommand({ command, reference }) {
			if (command !== 'createOrder') return { found: 'unsure', reason: 'the desk keeps no list of them' };
			return found((await call('GET', `/orders?reference=${reference}`)) as unknown as Fields[]);
		},
		async compensate({ externalId, undoReference }) {
			return done(
				await call(
					'POST',
					`/orders/${externalId}/cancel`,
					{ reference: undoReference },
					{
						classify: ({ status: code }) =>
							code !== 409
								? undefined
								: new CrosslinkError({
										class: 'rejected',
										code: 'compensation_impossible',
										message: `Order ${externalId} has been shipped.`,
										remedy: 'Take the goods back by a return order.',
									}),
					},
				),
			);
		},
		findCompensation: async ({ undoReference }) =>
			found((await call('GET', `/cancellations?reference=${undoReference}`)) as unknown as Fields[]),
		async query({ query, parameters }) {
			if (query !== 'orderDocument') return await status(parameters);
			const { pdf } = await call('GET', `/orders/${String(parameters.number)}/document`);
			const bytes = Buffer.from(String(pdf), 'base64');
			return {
				rows: [{ number: parameters.number ?? null }],
				files: [{ fileName: `${String(parameters.number)}.pdf`, mimeType: 'application/pdf', bytes }],
			};
		},
		test: async () => ({
			accountId: 'desk',
			message: `The desk answers: ${Object.keys(await call('GET', '/orders')).length}`,
		}),
	};
}
