import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fault that meets the next call it matches, `times` times. */
export interface DeskFault {
	/** Part of `POST /orders`. */
	match: string;
	/** `lost`: done, but the connection ends without an answer. `late`: answered after `ms`. Statuses: before or after doing. */
	kind: 'lost' | 'late' | 'statusBefore' | 'statusAfter' | 'hang';
	status?: number;
	ms?: number;
	times?: number;
}

export interface DeskOrder {
	number: string;
	reference: string;
	customer: string;
	amount: number;
	priority: string;
	shipped: boolean;
	cancelled: boolean;
}

export interface DeskState {
	orders: DeskOrder[];
	cancellations: Array<{ number: string; reference: string; order: string }>;
	labels: string[];
	/** Calls that arrived, as `POST /orders`. */
	calls: string[];
}

/**
 * A small order desk with an HTTP interface like that of many an ERP: it gives out numbers, keeps a reference of the caller's
 * without holding it unique, and does a thing as often as it is told to. It is the other side of commands as the simulator's
 * remote is that of records; no vendor looks like it.
 */
export class Desk {
	private readonly state: DeskState = { orders: [], cancellations: [], labels: [], calls: [] };
	private faults: DeskFault[] = [];
	private readonly server: Server;

	constructor() {
		this.server = createServer((request, response) => void this.answer(request, response));
	}

	async listen(): Promise<number> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return (this.server.address() as AddressInfo).port;
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname, searchParams } = new URL(request.url ?? '/', 'http://desk');
		const name = `${request.method} ${pathname}`;
		const body = await bodyOf(request);
		if (pathname.startsWith('/control/')) return send(response, 200, this.control(name, body));
		this.state.calls.push(name);
		const fault = this.faultFor(name);
		if (request.headers.authorization !== 'Bearer desk-token') return send(response, 401, { error: 'who are you?' });
		if (fault?.kind === 'statusBefore') return send(response, fault.status ?? 503, { error: 'not now' });
		if (fault?.kind === 'hang') return;
		const [status, answer] = this.act(name, body, searchParams);
		if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0));
		if (fault?.kind === 'lost') return void request.socket.destroy();
		if (fault?.kind === 'statusAfter') return send(response, fault.status ?? 502, { error: 'bad gateway' });
		send(response, status, answer);
	}

	private faultFor(name: string): DeskFault | undefined {
		const fault = this.faults.find((one) => name.startsWith(one.match));
		if (fault === undefined) return undefined;
		fault.times = (fault.times ?? 1) - 1;
		if (fault.times <= 0) this.faults = this.faults.filter((one) => one !== fault);
		return fault;
	}

	private control(name: string, body: Record<string, unknown>): unknown {
		if (name === 'POST /control/faults') this.faults = (body['faults'] as DeskFault[]) ?? [];
		const [, number] = /^POST \/control\/ship\/(\w+)$/.exec(name) ?? [];
		const order = this.state.orders.find((one) => one.number === number);
		if (order !== undefined) order.shipped = true;
		return { ...this.state, faults: this.faults };
	}

	private act(name: string, body: Record<string, unknown>, query: URLSearchParams): [status: number, answer: unknown] {
		const [, number, verb = ''] = /^\w+ \/orders\/(\w+)\/?(\w*)$/.exec(name) ?? [];
		const order = this.state.orders.find((one) => one.number === number);
		const reference = String(body['reference'] ?? query.get('reference'));
		if (name === 'POST /orders') return this.createOrder(body, reference);
		if (name === 'GET /orders') return [200, this.state.orders.filter((one) => one.reference === reference)];
		if (name === 'GET /cancellations') {
			return [200, this.state.cancellations.filter((one) => one.reference === reference)];
		}
		if (name === 'POST /labels') return [201, { label: this.state.labels.push(reference) }];
		if (name === 'GET /down') return [503, { error: 'down' }];
		if (order === undefined) return [404, { error: 'no such order' }];
		if (verb === '') return [200, order];
		if (verb === 'document') return [200, { pdf: Buffer.from(`%PDF-1.4 order ${order.number}`).toString('base64') }];
		if (verb === 'priority') return [200, { ...order, priority: (order.priority = String(body['priority'])) }];
		if (order.shipped) return [409, { error: 'it has left the house' }];
		order.cancelled = true;
		const cancellation = { number: `C${this.state.cancellations.length + 1}`, reference, order: order.number };
		this.state.cancellations.push(cancellation);
		return [200, cancellation];
	}

	private createOrder(body: Record<string, unknown>, reference: string): [number, unknown] {
		const customer = String(body['customer']);
		if (customer === 'BLOCKED') return [422, { error: `customer ${customer} is blocked` }];
		if (body['dryRun'] === true) return [200, { warnings: ['only checked'] }];
		const order: DeskOrder = {
			number: String(1000 + this.state.orders.length + 1),
			reference,
			customer,
			amount: Number(body['amount']),
			priority: 'normal',
			shipped: false,
			cancelled: false,
		};
		this.state.orders.push(order);
		return [201, { ...order, warnings: order.amount > 1_000 ? ['over the credit limit'] : [] }];
	}
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const text = Buffer.concat(chunks).toString();
	return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function send(response: ServerResponse, status: number, answer: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
