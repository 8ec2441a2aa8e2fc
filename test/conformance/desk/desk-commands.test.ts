import { createTransport } from '../../../lib/transport/create-transport';
import { createFetchHttp } from '../../../lib/transport/fetch-http';
import { createMemoryBudget } from '../../../lib/transport/memory-budget';
import { deskModule } from '../../desk/adapter';
import { startDesk } from '../../desk/start-desk';
import { commandConformance, type CommandHarness, type CommandSamples } from '../command-kit';

const pack = deskModule();

const samples: CommandSamples = {
	createOrder: {
		good: (n) => ({ customer: `KIT${n}`, amount: n }),
		bad: { customer: 'BLOCKED', amount: 1 },
	},
	printLabel: { good: () => ({}) },
};

async function start(): Promise<CommandHarness> {
	const desk = await startDesk();
	const write = (kind: 'lost' | 'statusBefore', times: number) => desk.faults({ match: 'POST /', kind, times });
	return {
		connect({ refused = false } = {}) {
			const token = refused ? 'wrong-token' : 'desk-token';
			const transport = createTransport({
				http: createFetchHttp(),
				budget: createMemoryBudget(),
				account: 'desk',
				limits: pack.limits,
				secrets: [token],
				retry: { attempts: 2, baseMs: 1, maxMs: 1 },
			});
			return pack.create({ connection: { baseUrl: desk.url, token, timeoutMs: '1000' }, transport });
		},
		secrets: ['wrong-token', 'desk-token'],
		async count(_command, reference) {
			const { orders, cancellations, labels } = await desk.state();
			const references = [...orders, ...cancellations].map((one) => one.reference);
			return [...references, ...labels].filter((one) => one === reference).length;
		},
		faults: {
			loseNextAnswer: async () => void (await write('lost', 1)),
			down: async () => void (await write('statusBefore', 99)),
			clear: async () => void (await desk.faults()),
		},
		makeFinal: (externalId) => desk.ship(externalId),
		stop: () => desk.stop(),
	};
}

commandConformance('the order desk', pack, samples, start);
